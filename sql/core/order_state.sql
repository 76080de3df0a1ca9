-- SPDX-License-Identifier: MIT
-- Does:    says in one word where an order stands.
-- Args:    p_order, p_seat as core.seat_of_order() finds it.
-- Returns: waiting (for the payment, or for Stripe to say what was bought),
--          ready (press the button), owed (pressed, pool empty), allocated,
--          revoked, refunded, failed, expired (the checkout), none (no seat).
-- Touches: invites_pool (read).
create function core.order_state(p_order orders, p_seat seats) returns text
language plpgsql stable as $$
begin
	if p_order.status in ('refunded', 'failed', 'expired') then
		return p_order.status;
	elsif p_order.status <> 'paid' or p_order.settled_at is null then
		return 'waiting';
	elsif not p_order.discord or p_seat.id is null and (p_order.gift_to is not null or p_order.claimed_at is not null) then
		return 'none';
	elsif p_seat.state in ('allocated', 'viewed', 'joined') then
		return case when p_seat.reissued < 3 and (core.invite_json(p_seat.invite_id)->>'expires_at')::timestamptz
			<= core.now() then 'ready' else 'allocated' end;
	elsif p_seat.state = 'owed' then
		return case when p_seat.asked_at is null then 'ready' else 'owed' end;
	end if;
	return 'revoked';
end
$$;
