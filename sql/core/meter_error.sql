-- SPDX-License-Identifier: MIT
-- Returns: the answer to an item of a batch that is refused: the name of the
--          error as core.fail() takes it, and its details or null.
create function core.meter_error(p_name text, p_detail jsonb default null) returns jsonb
language sql stable as $$
	select jsonb_build_object('error', p_name, 'detail', p_detail)
$$;
