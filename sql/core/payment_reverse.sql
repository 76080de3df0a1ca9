-- SPDX-License-Identifier: MIT
-- Does:    works out what of a payment went back, by all that is known, and
--          brings credits and order to that state.  Refunds and disputes are
--          netted: never more than was paid.  Credits go in proportion, rounded
--          in the member's favour.  Calling it again changes nothing.
-- Args:    p_payment the payment; the caller holds or shares the catalogue lock.
-- Touches: payments; what core.lots_expire(), core.wallet_settle() and core.order_reverse() touch.
create function core.payment_reverse(p_payment bigint) returns void
language plpgsql volatile as $$
declare
	v_old payments;
	v_new payments;
begin
	select * into v_old from payments where id = p_payment for no key update;
	v_new := core.payment_reversed(v_old);
	if v_new is not distinct from v_old then
		return;
	end if;
	perform from credits where user_id = v_old.user_id for no key update;
	perform core.lots_expire(v_old.user_id, core.now()); -- by what was true until now
	update payments set (reversed, clawed, gone, reversed_at)
		= (v_new.reversed, v_new.clawed, v_new.gone, v_new.reversed_at)
	where id = p_payment;
	if v_new.clawed > 0 or v_old.clawed > 0 then
		perform core.wallet_settle(v_new.user_id,
			jsonb_build_object('payment', v_new.effect, 'reversed', v_new.reversed));
	end if;
	if v_new.gone <> v_old.gone then
		perform core.order_reverse(o.id) from orders o
		where o.id = v_new.order_id or o.subscription_id = v_new.subscription_id;
	end if;
end
$$;
