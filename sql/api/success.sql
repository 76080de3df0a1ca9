-- SPDX-License-Identifier: MIT
-- Does:    what the success page shows of an order.  Consumes nothing.
-- Args:    p_session_id the bearer secret Stripe put into the address.
-- Returns: {state, product, credits, amount, currency, balance|null,
--          invite:{invite_url, code, expires_at}|null, shared}; states as
--          core.order_state(); shared: the seat is from another order.
--          No balance when the credits are a gift: see core.session_gift().
-- Raises:  unknown_order.
-- Touches: orders, prices, products, credits, seats, invites_pool (read).
create function api.success(p_session_id text) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_order orders;
	v_seat seats;
	v_state text;
begin
	select * into v_order from orders where session_id = p_session_id;
	if not found then
		perform core.fail('unknown_order');
	end if;
	v_seat := core.seat_of_order(v_order);
	v_state := core.order_state(v_order, v_seat);
	return jsonb_build_object('state', v_state,
		'product', (select p.name from prices r join products p on p.id = r.product_id where r.id = v_order.price_id),
		'credits', coalesce(v_order.credits, (select credits from prices where id = v_order.price_id)),
		'amount', v_order.amount, 'currency', v_order.currency,
		'balance', case when v_order.status = 'paid' and v_order.gift_to is null then core.balance_available(v_order.user_id) end,
		'invite', case when v_state = 'allocated' then core.invite_json(v_seat.invite_id) end,
		'shared', coalesce(v_seat.order_id is distinct from v_order.id and v_seat.id is not null, false));
end
$$;
revoke all on function api.success(text) from public;
