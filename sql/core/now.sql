-- SPDX-License-Identifier: MIT
-- Does:    the one clock every function reads; tests move it by core.clock_move().
--          (PL/pgSQL keeps the plan; a SQL function would be planned each call.)
-- Returns: the start of this transaction plus the offset.
-- Touches: clock (read).
create function core.now() returns timestamptz
language plpgsql stable as $$
begin
	return (select pg_catalog.now() + clock_offset from public.clock);
end
$$;
