-- SPDX-License-Identifier: MIT
-- Returns: the latest Stripe events, newest first, at most p_limit.
-- Touches: stripe_events (read).
create function core.admin_events(p_limit integer) returns jsonb
language plpgsql stable as $$
begin
	return (select coalesce(jsonb_agg(to_jsonb(e) order by e.received_at desc, e.id), '[]') from (
		select id, type, outcome, deliveries, received_at from stripe_events
		order by received_at desc limit p_limit) e);
end
$$;
