-- SPDX-License-Identifier: MIT
-- Returns: when Stripe says the event happened; now when it does not say.
create function core.event_created(p_event jsonb) returns timestamptz
language sql stable as $$
	select coalesce(core.time_or_null(p_event->>'created'), core.now())
$$;
