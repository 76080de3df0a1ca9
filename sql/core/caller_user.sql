-- SPDX-License-Identifier: MIT
-- Does:    reads the claims of a JWT whose signature was verified; a new
--          subject becomes a user.
-- Args:    p_claims sub, exp (required), nbf, email.
-- Returns: the user, or null when the claims are not valid now.
-- Touches: users; for a new one what core.user_create() touches.
create function core.caller_user(p_claims jsonb) returns uuid
language plpgsql volatile as $$
declare
	v_sub text := core.claims_subject(p_claims, core.now());
begin
	if v_sub is null then
		return null;
	end if;
	return coalesce(core.user_find(v_sub), core.user_create(v_sub, p_claims->>'email'));
end
$$;
