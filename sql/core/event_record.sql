-- SPDX-License-Identifier: MIT
-- Does:    records a delivery.  A twin that comes while the first is still at
--          work waits for it here, holding nothing.
-- Args:    p_event as core.event_parse() made it.
-- Returns: core.event_outcome() the first time, duplicate after.
-- Touches: stripe_events.
create function core.event_record(p_event jsonb) returns text
language plpgsql volatile as $$
declare
	v_event stripe_events;
begin
	insert into stripe_events (id, type, api_version, created, livemode, payload, outcome, received_at, request_id)
	values (p_event->>'id', p_event->>'type', p_event->>'api_version', core.event_created(p_event),
		p_event->'livemode' = 'true', p_event, core.event_outcome(p_event), core.now(), core.request_id())
	on conflict (id) do update set deliveries = stripe_events.deliveries + 1
	returning * into v_event;
	return case when v_event.deliveries = 1 then v_event.outcome else 'duplicate' end;
end
$$;
