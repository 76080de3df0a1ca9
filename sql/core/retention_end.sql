-- SPDX-License-Identifier: MIT
-- Returns: before when what the table retention names is not kept any more; null
--          for what it does not name, which is kept for ever.
-- Touches: retention (read).
create function core.retention_end(p_what text) returns timestamptz
language sql stable as $$
	select core.now() - keep from public.retention where what = p_what
$$;
