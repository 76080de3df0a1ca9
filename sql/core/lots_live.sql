-- SPDX-License-Identifier: MIT
-- Returns: the lots a user can spend from now, remaining as it is once all that
--          has run out is booked: expired lots are left out, and what expired
--          holds took is back, less what its reversed payment is still owed.
-- Touches: credit_lots, credit_holds, transaction_lots, payments (read).
create function core.lots_live(p_user uuid) returns table (id bigint, source text, amount bigint,
	remaining bigint, expires_at timestamptz, granted_at timestamptz, place bigint)
language plpgsql stable as $$
#variable_conflict use_column
declare
	v_now timestamptz := core.now();
begin
	return query with back as (
		select k.lot_id, sum(k.amount)::bigint as amount
		from credit_holds h join transaction_lots k on k.transaction_id = h.transaction_id
		where h.user_id = p_user and h.state = 'held' and h.expires_at <= v_now
		group by 1
	), live as (
		select l.id from credit_lots l where l.user_id = p_user and l.open
		union select lot_id from back
	)
	select l.id, l.source, l.amount, l.remaining + greatest(0, coalesce(back.amount, 0)
			- greatest(0, coalesce(p.clawed, 0) - l.clawed)), l.expires_at, l.granted_at,
		row_number() over (order by l.priority, l.expires_at nulls last, l.paid, l.granted_at, l.id)
	from live join credit_lots l on l.id = live.id left join back on back.lot_id = l.id
		left join payments p on p.effect = l.effect and p.user_id = p_user
	where l.expires_at is null or l.expires_at > v_now;
end
$$;
