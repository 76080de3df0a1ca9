-- SPDX-License-Identifier: MIT
-- Does:    lifts the revocation of an order that is paid after all (a failed
--          refund, an appeal that was won).  A seat whose button was never
--          pressed goes, so that it is owed as if nothing had happened; one that
--          had an invite may ask for another, within the usual number.
-- Args:    p_order the order.
-- Touches: seats, seat_revocations.
create function core.seat_restore(p_order orders) returns void
language plpgsql volatile as $$
begin
	update seat_revocations set lifted_at = core.now() where order_id = p_order.id and lifted_at is null;
	if not found then
		return;
	end if;
	delete from seats where order_id = p_order.id and state = 'revoked' and asked_at is null;
	update seats s set state = 'owed', asked_at = null, allocated_at = null, invite_id = null,
		reissued = reissued + case when invite_id is null then 0 else 1 end
	where order_id = p_order.id and state = 'revoked' and (invite_id is null or reissued < 3)
		and not exists (select from seats x where x.user_id = s.user_id
			and x.state in ('owed', 'allocated', 'viewed', 'joined'));
end
$$;
