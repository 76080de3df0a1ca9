-- SPDX-License-Identifier: MIT
-- Does:    one event of Stripe's list, for gatehouse reconcile: whether we have
--          it, and when not and it is one we act on, applies it as its delivery
--          would have.
-- Args:    p_event the event, p_repair false to look only.
-- Returns: seen, missing or repaired.
-- Touches: as core.event_record() and core.event_apply().
create function core.reconcile_event(p_event jsonb, p_repair boolean) returns text
language plpgsql volatile as $$
begin
	if exists (select from stripe_events where id = p_event->>'id')
		or core.event_outcome(p_event) = 'recorded' then
		return 'seen';
	elsif not p_repair then
		return 'missing';
	elsif core.event_record(p_event) <> 'applied' then
		return 'seen'; -- delivered just now
	end if;
	perform core.event_apply(p_event);
	return 'repaired';
end
$$;
