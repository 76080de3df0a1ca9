-- SPDX-License-Identifier: MIT
-- Does:    one page of an account's ledger, the newest first.
-- Args:    p_before rows with lower ids only (null: from the newest), p_limit
--          rows, p_type, p_from (included) and p_to (not) or null.
-- Returns: {transactions:[…], next_cursor: text|null}.
-- Touches: credit_transactions (read, by its index from the cursor on).
create function core.history_json(p_user uuid, p_before bigint, p_limit bigint, p_type text,
	p_from timestamptz, p_to timestamptz) returns jsonb
language plpgsql stable as $$
begin
	return (with page as (
		select t, t.id, row_number() over (order by t.id desc) as n from credit_transactions t
		where user_id = p_user and id < coalesce(p_before, 9223372036854775807)
			and (p_type is null or type = p_type)
			and (p_from is null or created_at >= p_from) and (p_to is null or created_at < p_to)
		order by id desc limit p_limit + 1
	)
	select jsonb_build_object(
		'transactions', coalesce(jsonb_agg(core.transaction_json(t) order by n) filter (where n <= p_limit), '[]'),
		'next_cursor', case when count(*) > p_limit then min(id) filter (where n <= p_limit) end::text)
	from page);
end
$$;
