-- SPDX-License-Identifier: MIT
-- Returns: {currency, today, days30, highest, days:[{day, amount}]}: money by
--          UTC day, thirty days up to today, oldest first, in the currency of
--          the latest payment.
-- Touches: payments (read).
create function core.admin_revenue() returns jsonb
language plpgsql stable as $$
declare
	-- Without a zone, so that a day of summer time has its place too.
	v_today timestamp := date_trunc('day', core.now() at time zone 'UTC');
	v_currency text := coalesce((select currency from payments order by paid_at desc limit 1), 'usd');
begin
	return (select jsonb_build_object('currency', v_currency, 'days30', sum(amount),
			'today', sum(amount) filter (where day = v_today), 'highest', max(amount),
			'days', jsonb_agg(jsonb_build_object('day', to_char(day, 'YYYY-MM-DD'), 'amount', amount) order by day))
		from (select day, coalesce(sum(p.amount), 0)::bigint as amount
			from generate_series(v_today - interval '29 days', v_today, interval '1 day') day
			left join payments p on p.paid_at >= day at time zone 'UTC'
				and p.paid_at < (day + interval '1 day') at time zone 'UTC' and p.currency = v_currency
			group by day) d);
end
$$;
