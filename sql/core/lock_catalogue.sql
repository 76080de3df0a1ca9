-- SPDX-License-Identifier: MIT
-- Does:    settles who goes first between money and catalogue until the end of
--          the transaction.  Money (sessions, invoices, what paid them) shares the lock;
--          whatever may bring a missing price (price, product, subscription) or
--          take money back (charges, refunds, disputes) holds it alone.  So a payment either sees the price or is seen
--          waiting for it: no wake-up is lost.
-- Order:   event row, this lock, core.lock_money(), person, order, payment, credits (by user),
--          lots, pool lock, pool, seats.  Every writer takes what it needs in
--          that order, so none waits in a circle.
create function core.lock_catalogue(p_shared boolean) returns void
language plpgsql volatile as $$
begin
	if p_shared then
		perform pg_advisory_xact_lock_shared(1, 1);
	else
		perform pg_advisory_xact_lock(1, 1);
	end if;
end
$$;
