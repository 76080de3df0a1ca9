-- SPDX-License-Identifier: MIT
-- Returns: the text as a uuid, null when it is none.
create function core.uuid_or_null(p_text text) returns uuid
language sql immutable as $$
	select case when p_text ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then p_text::uuid end
$$;
