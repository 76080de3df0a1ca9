-- SPDX-License-Identifier: MIT
-- Returns: what somebody can sign in with, [{kind, subject, name, username|null,
--          linked_at}], oldest first.  Stripe's customers are no way in.
-- Touches: identities (read).
create function core.identities_json(p_user uuid) returns jsonb
language sql stable as $$
	select coalesce(jsonb_agg(jsonb_build_object('kind', kind,
		'subject', coalesce(profile->>'address', subject), 'name', core.identity_name(kind, subject, profile),
		'username', profile->>'username', 'linked_at', created_at) order by created_at, kind, subject), '[]')
	from public.identities where user_id = p_user and kind in ('telegram', 'discord', 'wallet')
$$;
