-- SPDX-License-Identifier: MIT
-- Does:    moves the head of the pool up to the oldest invite that we see unused;
--          what others are just taking counts as unused.  Does nothing while
--          somebody else moves the head or brings stock.
-- Locks:   the row of pool_head until the end of the transaction, never waiting.
-- Touches: pool_head; invites_pool (read).
create function core.pool_head_advance() returns void
language plpgsql volatile as $$
declare
	v_head pool_head;
begin
	select * into v_head from pool_head for update skip locked;
	if found then -- a statement of its own, which sees all that was committed before the lock
		update pool_head h set created_at = i.created_at, id = i.id
		from (select created_at, id from invites_pool
			where used_at is null and (created_at, id) >= (v_head.created_at, v_head.id)
			order by created_at, id limit 1) i;
	end if;
end
$$;
