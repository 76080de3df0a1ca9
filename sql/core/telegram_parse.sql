-- SPDX-License-Identifier: MIT
-- Returns: the update in that text, or null when it is no JSON object that can be
--          kept.
create function core.telegram_parse(p_body text) returns jsonb
language plpgsql immutable as $$
declare
	v_update jsonb;
begin
	v_update := p_body::jsonb;
	return case when jsonb_typeof(v_update) = 'object' then v_update end;
exception when data_exception or program_limit_exceeded then
	return null;
end
$$;
