-- SPDX-License-Identifier: MIT
-- Does:    ends the seat of a refunded order for good: it is on the list that
--          every issue asks, its invite is deleted at Discord and the role
--          taken away by the worker.  Another paid order of the person carries
--          the seat on.
-- Args:    p_order the order, settled and with a seat.
-- Touches: seats, seat_revocations, outbox.
create function core.seat_revoke(p_order orders) returns void
language plpgsql volatile as $$
declare
	v_state text;
	v_seat seats;
begin
	select state into v_state from seats where order_id = p_order.id for update;
	insert into seats (user_id, order_id, order_ref, owed_at, state)
	values (p_order.user_id, p_order.id, p_order.id::text, p_order.paid_at, 'revoked')
	on conflict (order_id) do update set state = 'revoked'
	returning * into v_seat;
	insert into seat_revocations (order_id, user_id, revoked_at)
	values (p_order.id, p_order.user_id, core.now())
	on conflict (order_id) do update set lifted_at = null, revoked_at = excluded.revoked_at;
	if v_seat.invite_id is not null and v_state in ('allocated', 'viewed') then
		perform core.outbox_add('discord.invite_delete', core.invite_json(v_seat.invite_id)
			|| jsonb_build_object('order_id', p_order.id), 'invite_delete:' || v_seat.invite_id);
	end if;
	if v_seat.invite_id is not null then
		perform core.outbox_add('discord.role_remove', jsonb_build_object('user_id', p_order.user_id,
			'order_id', p_order.id, 'discord', (select jsonb_agg(subject) from identities
			where user_id = p_order.user_id and kind = 'discord')),
			'role_remove:' || p_order.id || ':' || v_seat.reissued);
	end if;
	perform core.seat_pass_on(p_order.user_id);
end
$$;
