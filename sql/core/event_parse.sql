-- SPDX-License-Identifier: MIT
-- Does:    reads the body of a webhook.
-- Returns: the event.
-- Raises:  bad_json (not JSON, not text, nested beyond reason), bad_event (no
--          id, no type, not an event).
create function core.event_parse(p_body text) returns jsonb
language plpgsql stable as $$
declare
	v_event jsonb;
begin
	begin
		v_event := p_body::jsonb;
	exception when invalid_text_representation or untranslatable_character
		or numeric_value_out_of_range
		or statement_too_complex or program_limit_exceeded then
		perform core.fail('bad_json');
	end;
	if jsonb_typeof(v_event) is distinct from 'object'
		or v_event->'object' is distinct from '"event"'
		or jsonb_typeof(v_event->'id') is distinct from 'string'
		or jsonb_typeof(v_event->'type') is distinct from 'string'
		or length(v_event->>'id') not between 1 and 255
		or length(v_event->>'type') not between 1 and 255 then
		perform core.fail('bad_event');
	end if;
	return v_event;
end
$$;
