-- SPDX-License-Identifier: MIT
-- Does:    ends a service key at once.  Owner only.
-- Returns: whether there was a live key of that name.
-- Touches: service_keys.
create function core.key_revoke(p_name text) returns boolean
language sql volatile as $$
	with gone as (
		update public.service_keys set revoked_at = core.now()
		where name = p_name and revoked_at is null
		returning 1
	)
	select exists (select from gone)
$$;
