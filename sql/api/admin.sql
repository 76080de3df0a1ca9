-- SPDX-License-Identifier: MIT
-- Does:    the overview of the site, for admins.
-- Args:    p_caller a browser session.
-- Returns: {orders:{open, pending, paid, failed, expired, refunded},
--          revenue as core.admin_revenue(), credits:{accounts, balance,
--          ledger, spent_today}, pool:{left, used, owed}, events:{applied,
--          recorded, duplicates} of 24 h, outbox:{pending, failing}, unpriced,
--          recent_orders:[{id, status, product, amount, currency, credits,
--          customer, seat, created_at}], recent_events:[{id, type, outcome,
--          deliveries, received_at}], flags: core.admin_flags(), reconciled:{at, seen, missing, repaired}|null, me: core.me_json()}.
--          Money in cents.
-- Raises:  unauthorized, forbidden.
-- Touches: everything it counts (read).
create function api.admin(p_caller jsonb) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_caller record := core.caller(p_caller, '{session}');
begin
	if not 'admin' = any (v_caller.roles) then
		perform core.fail('forbidden');
	end if;
	return core.admin_money() || core.admin_stock() || jsonb_build_object(
		'me', core.me_json(v_caller.user_id),
		'recent_orders', core.admin_orders(20),
		'recent_events', core.admin_events(20),
		'flags', core.admin_flags(20),
		'reconciled', core.reconcile_last());
end
$$;
revoke all on function api.admin(jsonb) from public;
