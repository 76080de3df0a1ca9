-- SPDX-License-Identifier: MIT
-- Does:    hands out the Discord invite of a paid order, one per order and one
--          live seat per person; owed while the pool is empty.
-- Args:    p_caller (null: nobody); one of p_session_id (whoever has it),
--          p_order_ref or p_user (a service key), or neither: a person gets
--          their own, a key a fresh invite each call.
-- Returns: {"data":{invite_url, code, expires_at}}, {"data":null,"state":"owed"},
--          and for a key's fresh invite {"data":null,"state":"empty"}.
-- Raises:  unauthorized, forbidden, unknown_order, unknown_user, not_paid,
--          no_seat, order_refunded, seat_revoked, link_used, invalid_field.
-- Touches: invites_pool, seats, outbox; a first JWT its user.
create function api.get_discord_invite(p_caller jsonb, p_session_id text, p_order_ref text, p_user text)
returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_caller record;
	v_order orders;
	v_fresh jsonb;
begin
	if p_session_id is not null then
		select * into v_order from orders where session_id = p_session_id;
		if not found then
			perform core.fail('unknown_order');
		end if;
		return core.order_answer(v_order, core.visitor(p_caller));
	end if;
	v_caller := core.caller(p_caller, '{key,user,session}');
	if v_caller.kind <> 'key' then
		perform core.caller_target(v_caller.kind, v_caller.user_id, p_user);
		return core.member_answer(v_caller.user_id);
	elsif p_order_ref is not null then
		return core.ref_answer(p_order_ref, case when p_user is not null
			then core.caller_target('key', null, p_user) end);
	elsif p_user is not null then
		return core.ref_answer('user:' || core.caller_target('key', null, p_user),
			core.caller_target('key', null, p_user));
	end if;
	v_fresh := api.allocate_invite();
	return case when v_fresh is null then '{"data":null,"state":"empty"}'
		else jsonb_build_object('data', v_fresh) end;
end
$$;
revoke all on function api.get_discord_invite(jsonb, text, text, text) from public;
