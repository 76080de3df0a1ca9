-- SPDX-License-Identifier: MIT
-- Does:    reads a date or time a stranger sent, ISO 8601; without a zone UTC.
-- Returns: the moment, null when it is none.
create function core.moment_or_null(p_text text) returns timestamptz
language plpgsql stable strict set timezone = 'UTC' as $$
begin
	if p_text ~ '^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?)?$' then
		return p_text::timestamptz;
	end if;
	return null;
exception when datetime_field_overflow or invalid_datetime_format then
	return null;
end
$$;
