-- SPDX-License-Identifier: MIT
-- Does:    gives a wallet something to sign, good for ten minutes and once.
-- Returns: {nonce, issued_at: now, for a browser whose clock is wrong}.
-- Touches: wallet_nonces.
create function api.wallet_nonce() returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_nonce text := replace(gen_random_uuid()::text, '-', '');
begin
	delete from wallet_nonces where nonce in (select nonce from wallet_nonces
		where expires_at <= core.now() order by expires_at limit 100 for update skip locked);
	insert into wallet_nonces (nonce, created_at, expires_at)
	values (v_nonce, core.now(), core.now() + interval '10 minutes');
	return jsonb_build_object('nonce', v_nonce,
		'issued_at', to_char(core.now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'));
end
$$;
revoke all on function api.wallet_nonce() from public;
