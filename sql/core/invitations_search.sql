-- SPDX-License-Identifier: MIT
-- Does:    one page of all invitations, as the admin's table asks for it.  Orders and
--          words are those of the indexes, letter by letter; fewer than three
--          characters to search for are no word to them.
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
		when 'recipient' then $k$lower(btrim(coalesce(recipient_first_name, '') || ' '
			|| coalesce(recipient_last_name, '') || ' ' || coalesce(recipient_username, '')))$k$ end;
	v_down boolean := coalesce(p_sort, 'newest') in ('newest', 'accepted');
	v_from text := case when p_cursor is null then 'true' else format('(%1$s, seq) %2$s ($1::%3$s, $2)', v_key,
		case when v_down then '<' else '>' end, case v_key when 'seq' then 'bigint' else
			case p_sort when 'accepted' then 'timestamptz' else 'text' end end) end;
	v_status text := case p_status when 'pending' then $k$status = 'pending' and (expires_at is null or expires_at > core.now())$k$
		when 'expired' then $k$(status = 'expired' or status = 'pending' and expires_at <= core.now())$k$
		else case when p_status is null then 'true' else format('status = %L', p_status) end end;
	v_words text := case when p_search is null then 'true' else $k$lower(invite_code || ' ' || coalesce(inviter_login, '') || ' '
		|| coalesce(inviter_telegram_id::text, '') || ' ' || coalesce(recipient_username, '') || ' '
		|| coalesce(recipient_first_name, '') || ' ' || coalesce(recipient_last_name, '') || ' '
		|| coalesce(recipient_telegram_id::text, '')) like $4$k$ end;
	v_like text := '%' || regexp_replace(lower(p_search), '([\\%_])', '\\\1', 'g') || '%';
	v_after text;
	v_page jsonb;
begin
	if v_key is null then
		perform core.fail('invalid_field', '{"field":"sort"}');
	elsif p_cursor is not null then
		execute format('select %s from invitations where seq = $1', v_key) into v_after using p_cursor;
	end if;
	execute format($q$
		with page as (
			select i, i.seq, row_number() over (order by %1$s %2$s, seq %2$s) as n from invitations i
			where %3$s and %4$s and %5$s
			order by %1$s %2$s, seq %2$s limit $3 + 1
		)
		select jsonb_build_object(
			'invitations', coalesce(jsonb_agg(core.invitation_json(i) order by n) filter (where n <= $3), '[]'),
			'next_cursor', case when count(*) > $3 then (array_agg(seq order by n) filter (where n = $3))[1] end::text)
		from page $q$, v_key, case when v_down then 'desc' else 'asc' end, v_from, v_status, v_words)
	into v_page using v_after, p_cursor, p_limit, v_like;
	return v_page;
end
$$;
