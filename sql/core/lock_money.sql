-- SPDX-License-Identifier: MIT
-- Does:    lets one event at a time speak of a payment intent or an invoice, until
--          the end of the transaction: who says what was paid and who says by
--          what see each other, while other customers' events pass.
-- Args:    p_ids Stripe's ids; nulls are left out.
-- Order:   after the catalogue lock, before the person's.
create function core.lock_money(p_ids text[]) returns void
language plpgsql volatile as $$
begin
	perform pg_advisory_xact_lock(3, id)
	from (select distinct hashtext(id) as id from unnest(p_ids) id where id <> '' order by 1) x;
end
$$;
