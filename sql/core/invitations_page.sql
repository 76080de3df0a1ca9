-- SPDX-License-Identifier: MIT
-- Does:    one page of what somebody made, the newest first.
-- Args:    p_inviter, p_status or null, p_before rows made before that one only
--          (null: from the newest), p_limit rows.
-- Returns: {invitations:[as core.invitation_json()], next_cursor: text|null}.
-- Touches: invitations (read, by its index from the cursor on).
create function core.invitations_page(p_inviter uuid, p_status text, p_before bigint, p_limit bigint) returns jsonb
language plpgsql stable as $$
begin
	return (with page as (
		select i, i.seq, row_number() over (order by i.seq desc) as n from invitations i
		where inviter_id = p_inviter and seq < coalesce(p_before, 9223372036854775807)
			and (p_status is null or core.invitation_status(i) = p_status)
		order by i.seq desc limit p_limit + 1
	)
	select jsonb_build_object(
		'invitations', coalesce(jsonb_agg(core.invitation_json(i) order by n) filter (where n <= p_limit), '[]'),
		'next_cursor', case when count(*) > p_limit then min(seq) filter (where n <= p_limit) end::text)
	from page);
end
$$;
