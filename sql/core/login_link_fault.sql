-- SPDX-License-Identifier: MIT
-- Returns: why a login link does not let anybody in, by name in errors.tab.
-- Args:    p_token SHA-256 in hex of its token.
-- Touches: login_links (read).
create function core.login_link_fault(p_token text) returns text
language sql stable as $$
	select case when exists (select from public.login_links where token_hash = core.hash_or_null(p_token))
		then 'link_used' else 'unknown_link' end
$$;
