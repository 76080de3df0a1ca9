-- SPDX-License-Identifier: MIT
-- Does:    lists what somebody sent and what became of it, or tells all about one.
-- Args:    p_caller a signed-in person, or a service key that names one (p_user);
--          p_id of one, or null; p_cursor next_cursor of the page before, p_limit
--          1 to 1000 (null: 50).
-- Returns: {notification as core.notification_detail()}, or as
--          core.notifications_page() with recipients, how many there would be now.
-- Raises:  unauthorized, forbidden, invalid_field, unknown_user,
--          unknown_notification (also for somebody else's).
-- Touches: notifications and what belongs to them (read).
create function api.notifications(p_caller jsonb, p_user text, p_id text, p_cursor text, p_limit bigint) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_caller record := core.caller(p_caller, '{key,user,session}');
	v_user uuid := core.caller_target(v_caller.kind, v_caller.user_id, p_user);
	v_field text := core.history_fault(p_cursor, p_limit, null, null, null);
	v_one jsonb := core.notification_detail(core.uuid_or_null(p_id), v_user);
begin
	if v_field is not null then
		perform core.fail('invalid_field', jsonb_build_object('field', v_field));
	elsif p_id is not null and v_one is null then
		perform core.fail('unknown_notification');
	elsif p_id is not null then
		return jsonb_build_object('notification', v_one);
	end if;
	return core.notifications_page(v_user, core.bigint_or_null(p_cursor), coalesce(p_limit, 50))
		|| jsonb_build_object('recipients', (select count(*) from core.notification_audience(v_user)));
end
$$;
revoke all on function api.notifications(jsonb, text, text, text, bigint) from public;
