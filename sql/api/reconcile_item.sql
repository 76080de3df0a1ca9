-- SPDX-License-Identifier: MIT
-- Does:    one event or paid object of Stripe's lists: core.reconcile_event() or
--          core.reconcile_object().
-- Args:    p_item as Stripe gave it, p_repair false to look only.
-- Returns: skipped, seen, missing or repaired.
-- Touches: what those touch.
create function api.reconcile_item(p_item jsonb, p_repair boolean) returns jsonb
language sql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
	select to_jsonb(case when p_item->>'object' = 'event' then core.reconcile_event(p_item, p_repair)
		else core.reconcile_object(p_item, p_repair) end)
$$;
revoke all on function api.reconcile_item(jsonb, boolean) from public;
