-- SPDX-License-Identifier: MIT
-- Does:    answers who asks by a reference: an order of ours (its id or its
--          session) by the rules of orders, any other name by a seat of its own.
-- Args:    p_ref 1 to 255 characters, p_user whom it is for or null.
-- Returns: as core.seat_answer().
-- Raises:  invalid_field, seat_revoked (on the revoked list); as core.order_answer() and core.seat_answer().
-- Touches: what core.seat_ask() touches.
create function core.ref_answer(p_ref text, p_user uuid default null) returns jsonb
language plpgsql volatile as $$
declare
	v_order orders;
begin
	if p_ref is null or length(p_ref) not between 1 and 255 then
		perform core.fail('invalid_field', '{"field":"order_ref"}');
	end if;
	select * into v_order from orders where id = core.uuid_or_null(p_ref) or session_id = p_ref;
	if found then
		return core.order_answer(v_order);
	end if;
	if core.seat_refused(p_user) then
		perform core.fail('seat_revoked');
	end if;
	return core.seat_answer(core.seat_of_ref(p_ref, p_user));
end
$$;
