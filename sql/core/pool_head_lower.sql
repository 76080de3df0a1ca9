-- SPDX-License-Identifier: MIT
-- Does:    sets the head of the pool back to the oldest invite that came or came
--          back, so that none is left behind it.  The head stays locked until the
--          end of the transaction: nobody moves it over rows not seen yet.
-- Touches: pool_head.
create function core.pool_head_lower() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, public, core, pg_temp as $$
declare
	v_first invites_pool;
begin
	perform from pool_head for update;
	if tg_level = 'ROW' then
		v_first := new;
	else
		select * into v_first from stock where used_at is null order by created_at, id limit 1;
	end if;
	update pool_head h set created_at = v_first.created_at, id = v_first.id
	where (v_first.created_at, v_first.id) < (h.created_at, h.id);
	return null;
end
$$;
revoke all on function core.pool_head_lower() from public;

-- Named to run before invites_restocked, which gives the stock away.
drop trigger if exists invites_arrived on invites_pool;
create trigger invites_arrived after insert on invites_pool
	referencing new table as stock for each statement execute function core.pool_head_lower();
drop trigger if exists invites_came_back on invites_pool;
create trigger invites_came_back after update of used_at, created_at on invites_pool
	for each row when (new.used_at is null) execute function core.pool_head_lower();
