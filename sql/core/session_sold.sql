-- SPDX-License-Identifier: MIT
-- Does:    says what a paid session sold, as far as is known without asking Stripe:
--          one piece for an order made here, with its credits frozen; what the
--          session lists; else one piece of the price its metadata names, unless
--          it is a Payment Link's and the sum says that there was more.
-- Args:    p_order its order, p_session Stripe's session.
-- Returns: line number, price, quantity, credits per piece or null; no row when it
--          must be asked.
-- Touches: prices (read).
create function core.session_sold(p_order orders, p_session jsonb)
returns table (line integer, price_id text, quantity bigint, credits bigint)
language plpgsql stable as $$
begin
	if p_session#>>'{metadata,order_id}' is distinct from p_order.id::text then
		return query select s.line, s.price_id, s.quantity, null::bigint from core.session_lines(p_session) s
			where p_session#>>'{metadata,price_id}' is null or p_session->>'payment_link' <> '';
		if found then
			return;
		end if;
	end if;
	return query select 1, p_order.price_id, 1::bigint, p_order.credits
	where p_order.price_id is not null and (coalesce(p_session->>'payment_link', '') = ''
		or exists (select from prices where id = p_order.price_id
			and unit_amount = core.bigint_or_null(p_session->>'amount_subtotal')));
end
$$;
