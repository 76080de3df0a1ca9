-- SPDX-License-Identifier: MIT
-- Does:    counts a notification against its sender's hour, by one guarded
--          statement: of many at once no more than the limit are let through.
-- Raises:  too_many_requests.
-- Touches: notification_usage; notification_limits (read).
create function core.notification_allow(p_sender uuid) returns void
language plpgsql volatile as $$
declare
	v_limit integer := (select per_hour from notification_limits);
begin
	insert into notification_usage as u (sender_id, hour, sent)
	select p_sender, date_trunc('hour', core.now()), 1 where v_limit > 0
	on conflict (sender_id, hour) do update set sent = u.sent + 1 where u.sent < v_limit;
	if not found then
		perform core.fail('too_many_requests', jsonb_build_object('limit', v_limit, 'per', 'hour'));
	end if;
end
$$;
