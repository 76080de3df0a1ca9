-- SPDX-License-Identifier: MIT
-- Returns: the number of the last migration applied.
-- Touches: schema_migrations (read).
create function core.schema_version() returns integer
language plpgsql stable as $$
begin
	return (select max(substring(name from '^[0-9]+')::integer) from schema_migrations);
end
$$;
