-- SPDX-License-Identifier: MIT
-- Returns: who looks at a page that is open to everybody: the user of a live
--          session, else null, whatever was sent.
-- Args:    p_caller what the program found, or null.
-- Touches: sessions, as core.session_see().
create function core.visitor(p_caller jsonb) returns uuid
language sql volatile as $$
	select core.session_see(core.hash_or_null(p_caller->>'session'))
$$;
