-- SPDX-License-Identifier: MIT
-- Returns: the first field of a request for history that is wrong, or null.
create function core.history_fault(p_cursor text, p_limit bigint, p_type text, p_from text, p_to text) returns text
language sql stable as $$
	select case
		when p_cursor is not null and core.bigint_or_null(p_cursor) is null then 'cursor'
		when p_limit not between 1 and 1000 then 'limit'
		when p_type not in ('trial', 'purchase', 'subscription', 'bonus', 'usage', 'hold', 'hold_capture',
			'hold_void', 'refund', 'expiry', 'rollover', 'adjustment') then 'type'
		when p_from is not null and core.moment_or_null(p_from) is null then 'from'
		when p_to is not null and core.moment_or_null(p_to) is null then 'to' end
$$;
