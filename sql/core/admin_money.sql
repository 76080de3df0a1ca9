-- SPDX-License-Identifier: MIT
-- Returns: the overview's part about money: orders, revenue, credits, unpriced.
-- Touches: orders, payments, credits (read); as core.ledger_sums().
create function core.admin_money() returns jsonb
language plpgsql stable as $$
begin
	return jsonb_build_object(
		'orders', (select '{"open":0,"pending":0,"paid":0,"failed":0,"expired":0,"refunded":0}'::jsonb
			|| coalesce(jsonb_object_agg(status, n), '{}')
			from (select status, count(*) as n from orders group by status) s),
		'revenue', core.admin_revenue(),
		'credits', (select jsonb_build_object('accounts', c.accounts, 'balance', c.balance, 'debt', c.debt,
				'ledger', l.total, 'spent_today', l.spent)
			from (select count(*) as accounts, coalesce(sum(balance), 0) as balance, coalesce(sum(debt), 0) as debt
				from credits) c, core.ledger_sums() l),
		'unpriced', (select count(*) from payments where status = 'unpriced'));
end
$$;
