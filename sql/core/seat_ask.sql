-- SPDX-License-Identifier: MIT
-- Does:    gives a seat its invite, the same one ever after.  When the pool is
--          empty the seat stays owed, with its place in the queue, and the
--          operator is told.  An invite that expired unused is replaced, three
--          times at most.
-- Args:    p_seat the seat's id.
-- Returns: the seat as it is now.
-- Locks:   invite before seat, and the pool lock before both when the first try
--          found nothing; core.invites_restocked() takes them in the same order.
-- Touches: invites_pool, seats, outbox.
create function core.seat_ask(p_seat bigint) returns seats
language plpgsql volatile as $$
declare
	v_ref text;
	v_invite invites_pool;
	v_seat seats;
begin
	perform core.seat_reopen(p_seat);
	select order_ref into v_ref from seats where id = p_seat and state = 'owed';
	if found then
		begin
			v_invite := core.invite_take(v_ref, false);
			if v_invite.id is null then
				raise no_data_found;
			end if;
		exception when no_data_found then
			-- Rows that somebody took between look and lock stay locked by us until
			-- here; who holds the pool lock would wait for them, and we for it.
			perform core.lock_pool();
			v_invite := core.invite_take(v_ref, true);
		end;
		update seats set invite_id = v_invite.id, asked_at = coalesce(asked_at, core.now()),
			state = case when v_invite.id is null then 'owed' else 'allocated' end,
			allocated_at = case when v_invite.id is not null then core.now() end
		where id = p_seat and state = 'owed';
		if not found then -- a second tab was faster: the invite goes back
			update invites_pool set used_at = null, used_by = null where id = v_invite.id;
		elsif v_invite.id is null then
			perform core.outbox_add('alert_pool_empty', '{}', 'pool_empty:' || core.now()::date);
		end if;
	end if;
	select * into v_seat from seats where id = p_seat;
	return v_seat;
end
$$;
