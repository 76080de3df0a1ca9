-- SPDX-License-Identifier: MIT
-- Does:    one page of all invitations, as the admin's table asks for it.
-- Args:    p_status or null, p_search a part of a code, a name or a number at
--          Telegram, whatever its case, or null; p_sort newest (null), oldest,
--          accepted (last first), inviter or recipient (by name); p_cursor the
--          seq of the last row of the page before, or null; p_limit rows.
-- Returns: {invitations:[as core.invitation_json()], next_cursor: text|null}.
-- Raises:  invalid_field (sort).
-- Touches: invitations (read).
create function core.invitations_search(p_status text, p_search text, p_sort text, p_cursor bigint, p_limit bigint)
returns jsonb
language plpgsql stable as $$
declare
	v_key text := case coalesce(p_sort, 'newest') when 'newest' then 'seq' when 'oldest' then 'seq'
		when 'accepted' then $k$coalesce(accepted_at, '-infinity')$k$
		when 'inviter' then $k$lower(coalesce(inviter_login, ''))$k$
		when 'recipient' then $k$lower(concat_ws(' ', recipient_first_name, recipient_last_name, recipient_username))$k$ end;
	v_down boolean := coalesce(p_sort, 'newest') in ('newest', 'accepted');
	v_page jsonb;
begin
	if v_key is null then
		perform core.fail('invalid_field', '{"field":"sort"}');
	end if;
	execute format($q$
		with page as (
			select i, i.seq, row_number() over (order by %1$s %3$s, seq %3$s) as n from invitations i
			where ($1 is null or (%1$s, seq) %2$s (select %1$s, seq from invitations where seq = $1))
				and ($2 is null or core.invitation_status(i) = $2)
				and ($3 is null or position(lower($3) in lower(concat_ws(' ', invite_code, inviter_login, inviter_telegram_id,
					recipient_username, recipient_first_name, recipient_last_name, recipient_telegram_id))) > 0)
			order by %1$s %3$s, seq %3$s limit $4 + 1
		)
		select jsonb_build_object(
			'invitations', coalesce(jsonb_agg(core.invitation_json(i) order by n) filter (where n <= $4), '[]'),
			'next_cursor', case when count(*) > $4 then (array_agg(seq order by n) filter (where n = $4))[1] end::text)
		from page $q$, v_key, case when v_down then '<' else '>' end, case when v_down then 'desc' else 'asc' end)
	into v_page using p_cursor, p_status, p_search, p_limit;
	return v_page;
end
$$;
