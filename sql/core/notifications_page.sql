-- SPDX-License-Identifier: MIT
-- Does:    one page of what somebody sent, the newest first.
-- Args:    p_sender, p_before rows sent before that one only (null: from the
--          newest), p_limit rows.
-- Returns: {notifications:[as core.notification_json()], next_cursor: text|null}.
-- Touches: as core.notification_json().
create function core.notifications_page(p_sender uuid, p_before bigint, p_limit bigint) returns jsonb
language plpgsql stable as $$
begin
	return (with page as (
		select n, n.seq, row_number() over (order by n.seq desc) as place from notifications n
		where sender_id = p_sender and seq < coalesce(p_before, 9223372036854775807)
		order by n.seq desc limit p_limit + 1
	)
	select jsonb_build_object(
		'notifications', coalesce(jsonb_agg(core.notification_json(n) order by place) filter (where place <= p_limit), '[]'),
		'next_cursor', case when count(*) > p_limit then min(seq) filter (where place <= p_limit) end::text)
	from page);
end
$$;
