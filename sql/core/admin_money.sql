-- SPDX-License-Identifier: MIT
-- Returns: the overview's part about money: orders, revenue, credits, unpriced.
--          Revenue is in the currency of the latest payment; days are UTC.
-- Touches: orders, payments, credits, credit_transactions (read).
create function core.admin_money() returns jsonb
language plpgsql stable as $$
declare
	v_today timestamptz := date_trunc('day', core.now(), 'UTC');
	v_currency text := coalesce((select currency from payments order by paid_at desc limit 1), 'usd');
begin
	return jsonb_build_object(
		'orders', (select '{"open":0,"pending":0,"paid":0,"failed":0,"expired":0,"refunded":0}'::jsonb
			|| coalesce(jsonb_object_agg(status, n), '{}')
			from (select status, count(*) as n from orders group by status) s),
		'revenue', (select jsonb_build_object('currency', v_currency, 'days30', sum(amount),
			'today', sum(amount) filter (where day = v_today), 'highest', max(amount),
			'days', jsonb_agg(jsonb_build_object('day', to_char(day at time zone 'UTC', 'YYYY-MM-DD'),
				'amount', amount) order by day))
			from (select day, coalesce(sum(p.amount), 0)::bigint as amount
				from generate_series(v_today - interval '29 days', v_today, interval '1 day') day
				left join payments p on p.paid_at >= day and p.paid_at < day + interval '1 day'
					and p.currency = v_currency
				group by day) d),
		'credits', jsonb_build_object(
			'accounts', (select count(*) from credits),
			'balance', (select coalesce(sum(balance), 0) from credits),
			'ledger', (select coalesce(sum(amount), 0) from credit_transactions),
			'spent_today', (select coalesce(-sum(amount), 0) from credit_transactions
				where type = 'usage' and created_at >= v_today)),
		'unpriced', (select count(*) from payments where status = 'unpriced'));
end
$$;
