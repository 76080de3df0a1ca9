-- SPDX-License-Identifier: MIT
-- Does:    refuses invitations that must not be made.  A service key speaks for
--          people, but not to the pages of admins, nor does it make any.
-- Args:    as core.invitations_create().
-- Raises:  invalid_field, forbidden, role_ceiling.
-- Touches: user_roles (read).
create function core.invitations_check(p_inviter uuid, p_role text, p_for interval, p_count bigint, p_code text,
	p_key bigint)
returns void
language plpgsql stable as $$
declare
	v_field text := case when core.role_rank(p_role) = 0 then 'role'
		when p_for not between '1 second' and '3660 days' then 'expires_in'
		when p_count not between 1 and 1000 or p_count > 1 and p_code is not null then 'count'
		when p_code !~ '^[A-Za-z0-9_-]{4,64}$' then 'invite_code' end;
begin
	if v_field is not null then
		perform core.fail('invalid_field', jsonb_build_object('field', v_field));
	elsif not core.role_may_offer(p_inviter, 'recipient') then
		perform core.fail('forbidden');
	elsif not core.role_may_offer(p_inviter, p_role) or p_key is not null and p_role = 'admin' then
		perform core.fail('role_ceiling');
	end if;
end
$$;
