-- SPDX-License-Identifier: MIT
-- Returns: whom the claims of a JWT speak for, or null when they do not hold at
--          p_now: exp is required and ahead, nbf not, sub 1 to 255 characters.
create function core.claims_subject(p_claims jsonb, p_now timestamptz) returns text
language sql stable as $$
	select case
		when jsonb_typeof(p_claims->'exp') is distinct from 'number' then null
		when (p_claims->>'exp')::numeric <= extract(epoch from p_now) then null
		when jsonb_typeof(p_claims->'nbf') = 'number' and (p_claims->>'nbf')::numeric > extract(epoch from p_now) then null
		when jsonb_typeof(p_claims->'sub') is distinct from 'string' then null
		when length(p_claims->>'sub') between 1 and 255 then p_claims->>'sub' end
$$;
