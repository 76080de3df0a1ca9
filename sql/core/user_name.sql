-- SPDX-License-Identifier: MIT
-- Returns: what to call a person: the name of the identity they showed last, a
--          wallet in short, the application's name for them, or their id.
-- Touches: users, identities (read).
create function core.user_name(p_user uuid) returns text
language sql stable as $$
	select coalesce(
		(select name from (select core.identity_name(kind, subject, profile) as name, verified_at
			from public.identities where user_id = p_user and kind <> 'stripe_customer') named
			where name is not null order by verified_at desc nulls last limit 1),
		regexp_replace(external_id, '^operator:', ''), email, id::text)
	from public.users where id = p_user
$$;
