-- SPDX-License-Identifier: MIT
-- Does:    answers a member who asks for their invite: the live seat they have,
--          else the answer of their latest paid order.
-- Returns: as core.seat_answer().
-- Raises:  not_paid; as core.order_answer().
-- Touches: what core.seat_ask() touches.
create function core.member_answer(p_user uuid) returns jsonb
language plpgsql volatile as $$
declare
	v_seat bigint := (select id from seats where user_id = p_user
		and state in ('owed', 'allocated', 'viewed', 'joined'));
	v_order orders;
begin
	if v_seat is not null then
		return core.seat_answer(v_seat);
	end if;
	select * into v_order from orders
	where user_id = p_user and status in ('paid', 'refunded')
	order by status = 'paid' desc, paid_at desc limit 1;
	if not found then
		perform core.fail('not_paid');
	end if;
	return core.order_answer(v_order, p_user);
end
$$;
