-- SPDX-License-Identifier: MIT
-- Returns: the number of the last migration applied.
-- (All names begin with as many digits, so the last by name is the last.)
-- Touches: schema_migrations (read).
create function core.schema_version() returns integer
language plpgsql stable as $$
begin
	return (select substring(max(name) from '^[0-9]+')::integer from schema_migrations);
end
$$;
