-- SPDX-License-Identifier: MIT
-- Does:    a step of the job forget: destroys the salts of the days before yesterday,
--          and what sign-ins left that counts no more, at most 1000 rows of each kind.
--          The sign-ins do so themselves, but only while there are any.
-- Returns: {more, count of rows}.
-- Touches: client_salts, attempts, wallet_nonces, telegram_sign_ins,
--          telegram_widget_logins.
create function core.job_forget() returns jsonb
language plpgsql volatile as $$
declare
	v_now timestamptz := core.now();
	v_count bigint;
begin
	with s as (
		delete from client_salts where day < (v_now at time zone 'UTC')::date - 1 returning 1
	), a as (
		delete from attempts where (kind, who) in (select kind, who from attempts
			where since < v_now - interval '1 day' order by since limit 1000 for update skip locked) returning 1
	), n as (
		delete from wallet_nonces where nonce in (select nonce from wallet_nonces
			where expires_at <= v_now order by expires_at limit 1000 for update skip locked) returning 1
	), t as (
		delete from telegram_sign_ins where state_hash in (select state_hash from telegram_sign_ins
			where expires_at < v_now - interval '1 day' order by expires_at limit 1000 for update skip locked) returning 1
	), w as (
		delete from telegram_widget_logins where hash in (select hash from telegram_widget_logins
			where expires_at < v_now order by expires_at limit 1000 for update skip locked) returning 1
	)
	select (select count(*) from s) + (select count(*) from a) + (select count(*) from n) + (select count(*) from t)
		+ (select count(*) from w) into v_count;
	return jsonb_build_object('more', v_count > 0, 'count', v_count);
end
$$;
