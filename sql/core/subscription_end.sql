-- SPDX-License-Identifier: MIT
-- Returns: when a subscription ended or is going to; null while it renews.
create function core.subscription_end(p_sub jsonb) returns timestamptz
language sql stable as $$
	select core.time_or_null(coalesce(p_sub->>'ended_at', p_sub->>'cancel_at',
		case when p_sub->'cancel_at_period_end' = 'true' then
			coalesce(p_sub#>>'{items,data,0,current_period_end}', p_sub->>'current_period_end') end))
$$;
