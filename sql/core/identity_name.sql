-- SPDX-License-Identifier: MIT
-- Returns: an identity in a few words: "Ada Lovelace", "@ada", "0x1234…abcd",
--          else its subject.
-- Args:    p_kind, p_subject, p_profile as in identities.
create function core.identity_name(p_kind text, p_subject text, p_profile jsonb) returns text
language sql immutable as $$
	select coalesce(
		nullif(btrim(concat_ws(' ', p_profile->>'first_name', p_profile->>'last_name')), ''),
		'@' || nullif(p_profile->>'username', ''),
		case p_kind when 'wallet' then left(coalesce(p_profile->>'address', p_subject), 6) || '…'
			|| right(coalesce(p_profile->>'address', p_subject), 4) else p_subject end)
$$;
