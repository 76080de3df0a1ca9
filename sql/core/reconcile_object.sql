-- SPDX-License-Identifier: MIT
-- Does:    one paid object of Stripe's, for gatehouse reconcile, after the
--          events: what it says is compared with what we have, and an event
--          with an id that follows from its state repairs the difference.
-- Args:    p_object Stripe's object as read now, p_repair false to look only.
-- Returns: skipped (no money of ours), seen, missing or repaired.
-- Touches: as core.reconcile_event().
create function core.reconcile_object(p_object jsonb, p_repair boolean) returns text
language plpgsql volatile as $$
declare
	v_event jsonb := core.object_event(p_object);
begin
	if v_event is null or core.event_outcome(v_event) = 'recorded' then
		return 'skipped';
	elsif core.object_known(p_object) then
		return 'seen';
	end if;
	return core.reconcile_event(v_event, p_repair);
end
$$;
