-- SPDX-License-Identifier: MIT
-- Does:    reads the claims of a JWT whose signature was verified; a new
--          subject becomes a user.
-- Args:    p_claims sub, exp (required), nbf, email.
-- Returns: the user, or null when the claims are not valid now.
-- Touches: users; for a new one what core.user_create() touches.
create function core.caller_user(p_claims jsonb) returns uuid
language plpgsql volatile as $$
declare
	v_now numeric := extract(epoch from core.now());
	v_sub text := p_claims->>'sub';
begin
	if jsonb_typeof(p_claims->'exp') is distinct from 'number' or (p_claims->>'exp')::numeric <= v_now
		or jsonb_typeof(p_claims->'nbf') = 'number' and (p_claims->>'nbf')::numeric > v_now
		or jsonb_typeof(p_claims->'sub') is distinct from 'string'
		or length(v_sub) not between 1 and 255 then
		return null;
	end if;
	return coalesce(core.user_find(v_sub), core.user_create(v_sub, p_claims->>'email'));
end
$$;
