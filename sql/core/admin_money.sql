-- SPDX-License-Identifier: MIT
-- Returns: the overview's part about money: orders, revenue, credits, unpriced.
-- Touches: orders, payments, credits, credit_transactions (read).
create function core.admin_money() returns jsonb
language plpgsql stable as $$
begin
	return jsonb_build_object(
		'orders', (select '{"open":0,"pending":0,"paid":0,"failed":0,"expired":0,"refunded":0}'::jsonb
			|| coalesce(jsonb_object_agg(status, n), '{}')
			from (select status, count(*) as n from orders group by status) s),
		'revenue', core.admin_revenue(),
		'credits', jsonb_build_object(
			'accounts', (select count(*) from credits),
			'balance', (select coalesce(sum(balance), 0) from credits),
			'debt', (select coalesce(sum(debt), 0) from credits where debt > 0),
			'ledger', (select coalesce(sum(amount), 0) from credit_transactions),
			'spent_today', (select coalesce(-sum(amount), 0) from credit_transactions
				where type = 'usage' and created_at >= date_trunc('day', core.now(), 'UTC'))),
		'unpriced', (select count(*) from payments where status = 'unpriced'));
end
$$;
