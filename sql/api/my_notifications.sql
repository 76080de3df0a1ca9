-- SPDX-License-Identifier: MIT
-- Does:    all that the page of one's own notifications shows.
-- Args:    p_caller a browser session; p_cursor of an older page, p_id of one to
--          tell all about, or null.
-- Returns: as core.notifications_page(); me, may: may send, recipients how many
--          there would be now, unreachable those of them not at Telegram, price credits
--          for each (null: none), older: not the first page, show as
--          core.notification_detail() or null, busy: something is being sent.
-- Raises:  unauthorized, invalid_field.
-- Touches: notifications and what belongs to them (read).
create function api.my_notifications(p_caller jsonb, p_cursor text, p_id text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_user uuid := (core.caller(p_caller, '{session}')).user_id;
	v_page jsonb;
begin
	if core.history_fault(p_cursor, null, null, null, null) is not null then
		perform core.fail('invalid_field', '{"field":"cursor"}');
	end if;
	v_page := core.notifications_page(v_user, core.bigint_or_null(p_cursor), 20);
	return v_page || (select jsonb_build_object('recipients', count(*), 'unreachable', count(*) - count(chat_id))
			from core.notification_audience(v_user)) || jsonb_build_object(
		'me', core.me_json(v_user), 'may', core.role_may_offer(v_user, 'recipient'), 'older', p_cursor is not null,
		'price', (select credits from agent_pricing where agent = 'notification' and active),
		'show', core.notification_detail(core.uuid_or_null(p_id), v_user),
		'busy', jsonb_path_exists(v_page, '$.notifications[*].states.queued ? (@ > 0)'));
end
$$;
revoke all on function api.my_notifications(jsonb, text, text) from public;
