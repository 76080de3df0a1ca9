-- SPDX-License-Identifier: MIT
-- Does:    lets one at a time find the pool empty or fill it, until the end of
--          the transaction: who asks in vain is seen by the next stock.
create function core.lock_pool() returns void
language sql volatile as $$
	select pg_advisory_xact_lock(3, 1)
$$;
