-- SPDX-License-Identifier: MIT
-- Returns: the existing user a Stripe object names: the metadata's user_id, or
--          a client_reference_id that is the id of a user; null when none.  The
--          latter may be the payer's own invention: see core.session_gift().
-- Touches: users (read).
create function core.session_user(p_metadata jsonb, p_reference text default null) returns uuid
language sql stable as $$
	select coalesce(merged_into, id)
	from unnest(array[p_metadata->>'user_id', p_reference]) with ordinality r(ref, n)
	join public.users on id = core.uuid_or_null(ref)
	order by n limit 1
$$;
