-- SPDX-License-Identifier: MIT
-- Does:    serves the queue in the very transaction that brings new stock, so
--          that nobody who comes later is ahead of those who waited.
-- Touches: invites_pool, seats; takes the pool lock.
create function core.invites_restocked() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, public, core, pg_temp as $$
begin
	perform core.lock_pool();
	perform core.seats_serve();
	return null;
end
$$;
revoke all on function core.invites_restocked() from public;

drop trigger if exists invites_restocked on invites_pool;
create trigger invites_restocked after insert on invites_pool
	for each statement execute function core.invites_restocked();
