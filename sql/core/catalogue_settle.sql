-- SPDX-License-Identifier: MIT
-- Does:    settles what was waiting for a price that is known now.
-- Args:    the caller holds the catalogue lock alone.
-- Touches: orders, seats, payments and the wallet; accounts in sorted order.
create function core.catalogue_settle() returns void
language plpgsql volatile as $$
begin
	perform core.payment_settle(p.id)
	from (select id from payments where status = 'unpriced' order by user_id, id) p
	where core.payment_quote(p.id) is not null;
	perform core.order_settle(o.id)
	from (select id from orders where status in ('paid', 'refunded') and settled_at is null order by user_id, id) o;
end
$$;
