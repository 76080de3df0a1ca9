-- SPDX-License-Identifier: MIT
-- Does:    opens an order for one price; the same key asks for the same order.
--          Nothing is promised yet: the caller makes the Stripe session and
--          binds it by api.checkout_bind().
-- Args:    p_caller (null: a guest), p_price, p_user whom a service key buys
--          for, p_idempotency_key 1 to 255 characters or null.
-- Returns: {order_id, price_id, mode, user_id|null, customer|null, email|null,
--          session_id|null, url|null}; url is set when the order is bound.
-- Raises:  unauthorized, forbidden, unknown_user, unknown_price, invalid_field,
--          idempotency_conflict.
-- Touches: orders; a first JWT its user.
create function api.checkout_begin(p_caller jsonb, p_price text, p_user text, p_idempotency_key text)
returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_caller record;
	v_user uuid;
	v_scope text := 'guest';
begin
	if p_caller is not null or p_user is not null then
		v_caller := core.caller(p_caller, '{key,user,session}');
		v_scope := coalesce('key:' || v_caller.key_id, 'user:' || v_caller.user_id);
		v_user := v_caller.user_id;
		if p_user is not null then
			v_user := core.caller_target(v_caller.kind, v_caller.user_id, p_user);
			v_scope := 'user:' || v_user;
		end if;
	end if;
	if length(p_idempotency_key) not between 1 and 255 then
		perform core.fail('invalid_field', '{"field":"idempotency_key"}');
	elsif p_price is null then
		perform core.fail('invalid_field', '{"field":"price_id"}');
	end if;
	return core.order_open(p_price, v_user, v_scope, p_idempotency_key);
end
$$;
revoke all on function api.checkout_begin(jsonb, text, text, text) from public;
