-- SPDX-License-Identifier: MIT
-- Does:    takes the oldest unused, unexpired invite of the pool and marks it.
--          With a reference the call is idempotent: the same reference (an
--          order's id, or any name of the caller's) always gets the same
--          invite, and waits in the queue while the pool is empty.
-- Args:    p_order_ref 1 to 255 characters.
-- Returns: {code, invite_url, expires_at}, null when the pool is empty.
-- Raises:  invalid_field; for orders of ours what api.get_discord_invite() raises.
-- Touches: invites_pool, seats, outbox.
create function api.allocate_invite() returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
begin
	return core.invite_json((core.invite_take('direct', false)).id);
end
$$;
revoke all on function api.allocate_invite() from public;

create function api.allocate_invite(p_order_ref text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
begin
	return nullif(core.ref_answer(p_order_ref)->'data', 'null');
end
$$;
revoke all on function api.allocate_invite(text) from public;
