-- SPDX-License-Identifier: MIT
-- Does:    makes a user with a trial and a referral code of their own, bound to
--          whose code they came by; for a known external id, finds it.
-- Args:    p_external_id the application's id or null, p_email unverified or
--          null, p_placeholder stands for a payer nobody claimed yet, p_identity
--          (kind:subject) what the caller will record as theirs, p_referral_code.
-- Returns: the user's id, whether or not another transaction was faster.
-- Raises:  invalid_field.
-- Touches: users, trial_marks, credits, credit_lots, credit_transactions,
--          referral_codes, referral_bindings.
create function core.user_create(p_external_id text, p_email text, p_placeholder boolean default false,
	p_identity text default null, p_referral_code text default null)
returns uuid
language plpgsql volatile as $$
declare
	v_id uuid;
	v_names text[] := array['external_id:' || p_external_id, p_identity,
		case when not p_placeholder then 'email:' || core.email_plain(p_email) end];
begin
	insert into users (external_id, email, placeholder, created_at)
	values (p_external_id, left(p_email, 320), p_placeholder, core.now())
	on conflict (external_id) do nothing
	returning id into v_id;
	if v_id is null then
		return core.user_find(p_external_id);
	end if;
	perform core.trial_give(v_id, v_names);
	if not p_placeholder then
		perform core.referral_code(v_id);
	end if;
	if p_referral_code is not null then
		perform core.referral_bind(v_id, p_referral_code, v_names);
	end if;
	return v_id;
end
$$;
