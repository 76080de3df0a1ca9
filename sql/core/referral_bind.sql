-- SPDX-License-Identifier: MIT
-- Does:    binds a newcomer to whose code they came by, for good.
-- Args:    p_user just made, p_code as typed, p_names of the newcomer
--          (kind:subject): who has a trial under one of them is the same person.
-- Raises:  invalid_field {field, reason: unknown | own}.
-- Touches: referral_bindings.
create function core.referral_bind(p_user uuid, p_code text, p_names text[]) returns void
language plpgsql volatile as $$
declare
	v_code referral_codes;
begin
	select * into v_code from referral_codes where code = upper(btrim(p_code));
	if not found then
		perform core.fail('invalid_field', '{"field":"referral_code","reason":"unknown"}');
	elsif v_code.user_id = p_user or exists (select from trial_marks
			where mark = any (core.trial_marks_of(p_names)) and user_id = v_code.user_id) then
		perform core.fail('invalid_field', '{"field":"referral_code","reason":"own"}');
	end if;
	insert into referral_bindings (user_id, referrer_id, code, bound_at)
	values (p_user, v_code.user_id, v_code.code, core.now());
end
$$;
