-- SPDX-License-Identifier: MIT
-- Returns: the lots a ledger row touched, as api.credit_explain().
-- Touches: transaction_lots, credit_lots, orders, prices, products (read).
create function core.explain_lots(p_row credit_transactions) returns jsonb
language plpgsql stable as $$
begin
	return (with touched as (
		select lot_id, amount from transaction_lots where transaction_id = p_row.id
		union all
		select id, amount from credit_lots where effect = p_row.effect and p_row.amount > 0
	)
	select coalesce(jsonb_agg(jsonb_build_object('id', l.id::text, 'amount', k.amount, 'source', l.source,
			'granted', l.amount, 'granted_at', l.granted_at, 'expires_at', l.expires_at,
			'order', case when o.id is not null then jsonb_build_object('id', o.id, 'product', d.name,
				'amount', o.amount, 'currency', o.currency, 'paid_at', o.paid_at) end)
			order by l.priority, l.expires_at nulls last, l.paid, l.granted_at, l.id), '[]')
	from touched k join credit_lots l on l.id = k.lot_id
	left join orders o on o.id = l.order_id
	left join prices p on p.id = o.price_id left join products d on d.id = p.product_id);
end
$$;
