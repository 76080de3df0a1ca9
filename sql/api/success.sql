-- SPDX-License-Identifier: MIT
-- Does:    what the success page shows of an order.  Consumes nothing.
-- Args:    p_session_id the bearer secret Stripe put into the address; p_caller a
--          browser session or null.
-- Returns: {state, product, credits, amount, currency, balance|null,
--          invite:{invite_url, code, expires_at}|null, shared, gift, claim,
--          me}; states as core.order_state(); shared: the seat is from another
--          order; gift: the credits are somebody else's, see core.session_gift();
--          claim: as core.order_open_to(); me: core.me_json().  No balance of a
--          gift, nor of an account that took the order in, but to its owner.
-- Raises:  unknown_order.
-- Touches: orders, prices, products, credits, seats, invites_pool (read); sessions
--          as core.session_see().
create function api.success(p_session_id text, p_caller jsonb default null) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_order orders;
	v_seat seats;
	v_state text;
	v_viewer uuid := core.visitor(p_caller);
begin
	select * into v_order from orders where session_id = p_session_id;
	if not found then
		perform core.fail('unknown_order');
	end if;
	v_seat := core.seat_of_order(v_order, v_viewer);
	v_state := core.order_state(v_order, v_seat);
	return jsonb_build_object('state', v_state,
		'product', (select p.name from prices r join products p on p.id = r.product_id where r.id = v_order.price_id),
		'credits', coalesce(v_order.credits, (select credits from prices where id = v_order.price_id)),
		'amount', v_order.amount, 'currency', v_order.currency,
		'balance', case when v_order.status = 'paid' and v_order.gift_to is null
			and (v_order.claimed_at is null or v_order.user_id = v_viewer) then core.balance_available(v_order.user_id) end,
		'invite', case when v_state = 'allocated' then core.invite_json(v_seat.invite_id) end,
		'shared', coalesce(v_seat.order_id is distinct from v_order.id and v_seat.id is not null, false),
		'gift', v_order.gift_to is not null, 'claim', core.order_open_to(v_order, v_viewer), 'me', core.me_json(v_viewer));
end
$$;
revoke all on function api.success(text, jsonb) from public;
