-- SPDX-License-Identifier: MIT
-- Returns: the checks of holds, as core.verify().
-- Touches: credit_holds, credit_transactions (read).
create function core.verify_holds() returns table (check_name text, checked bigint, faults bigint, sample text)
language sql stable as $$
	select 'each hold is what its ledger row took', count(*), count(*) filter (where bad), min(row) filter (where bad)
	from (select coalesce(h.id::text, t.id::text) as row,
			(t.user_id, -t.amount) is distinct from (h.user_id, h.amount) as bad
		from (select * from public.credit_transactions where type = 'hold') t
		full join public.credit_holds h on h.transaction_id = t.id) x
	union all
	select 'each hold is settled once', count(*), count(*) filter (where bad), min(row) filter (where bad)
	from (select coalesce(h.id::text, r.id::text) as row, (r.user_id, r.amount, r.type) is distinct from
			(h.user_id, h.amount, case when h.state = 'captured' then 'hold_capture' else 'hold_void' end) as bad
		from (select * from public.credit_transactions where type in ('hold_capture', 'hold_void')) r
		full join (select * from public.credit_holds where state <> 'held') h on h.release_id = r.id) x
	union all
	select 'each capture is spent once', count(*), count(*) filter (where bad), min(row) filter (where bad)
	from (select h.id::text as row,
			(u.user_id, -u.amount, u.type) is distinct from (h.user_id, h.captured, 'usage') as bad
		from public.credit_holds h left join public.credit_transactions u on u.id = h.usage_id
		where h.state = 'captured') x
$$;
