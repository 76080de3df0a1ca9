-- SPDX-License-Identifier: MIT
-- Returns: whether nothing may be issued to a person: an order of theirs is on the
--          revoked list and no other one stands.
-- Touches: seat_revocations, orders (read).
create function core.seat_refused(p_user uuid) returns boolean
language sql stable as $$
	select exists (select from public.seat_revocations where user_id = p_user and lifted_at is null)
		and not exists (select from public.orders where user_id = p_user and status = 'paid' and discord)
$$;
