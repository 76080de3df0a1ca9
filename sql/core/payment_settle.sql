-- SPDX-License-Identifier: MIT
-- Does:    grants what a payment buys, once, less what went back already; while that cannot be known, tells
--          the operator (after a while: the missing event is usually near).
-- Args:    p_payment an unpriced payment of this transaction, or one found
--          while the caller holds the catalogue lock alone.
-- Touches: payments, orders, outbox; the wallet by core.credits_grant().
create function core.payment_settle(p_payment bigint) returns void
language plpgsql volatile as $$
declare
	v_quote bigint := core.payment_quote(p_payment);
	v_paid payments;
begin
	update payments set status = 'granted', credits = v_quote
	where id = p_payment and status = 'unpriced' and v_quote is not null
	returning * into v_paid;
	if not found then
		perform core.outbox_add('alert_unpriced', jsonb_build_object('effect', effect),
			'unpriced:' || effect, interval '10 minutes')
		from payments where id = p_payment and status = 'unpriced';
		perform core.payment_reverse(p_payment);
		return;
	end if;
	delete from outbox where dedupe_key = 'unpriced:' || v_paid.effect and done_at is null and attempts = 0;
	update orders set credits = v_quote where id = v_paid.order_id and credits is distinct from v_quote;
	if v_quote > 0 then
		perform core.credits_grant(v_paid.user_id,
			case when v_paid.effect like 'invoice:%' then 'subscription' else 'purchase' end,
			v_quote, v_paid.effect, v_paid.paid_at, v_paid.order_id,
			p_plan => case when v_paid.effect like 'invoice:%' then core.payment_plan(p_payment) end);
	end if;
	perform core.outbox_add('payment_notice', jsonb_build_object('effect', v_paid.effect, 'user_id', v_paid.user_id,
		'amount', v_paid.amount, 'currency', v_paid.currency, 'credits', v_quote), 'paid:' || v_paid.effect);
	perform core.payment_reverse(p_payment);
	if exists (select from payments where user_id = v_paid.user_id and clawed > 0) then
		perform core.wallet_settle(v_paid.user_id, jsonb_build_object('granted', v_paid.effect));
	end if;
end
$$;
