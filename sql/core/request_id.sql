-- SPDX-License-Identifier: MIT
-- Returns: who called us, "route:request-id" as the program set it, or null.
create function core.request_id() returns text
language sql stable as $$
	select nullif(current_setting('application_name', true), '')
$$;
