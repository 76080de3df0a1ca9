-- SPDX-License-Identifier: MIT
-- Does:    hands everything of a placeholder to the person it turned out to
--          stand for: an invoice may come before the session that says who paid.
--          The trial credits of the placeholder end: they are once per person.
-- Args:    p_from, p_into users.  Nothing happens unless p_from is a
--          placeholder with no identity but Stripe customers, and no role: who was
--          given one is somebody, and it must not get lost or to anybody else.
-- Touches: users, identities, sessions, login_links, streak_awards, user_flags, orders, subscriptions, payments,
--          seats, seat_revocations, user_roles (read), the wallet.
create function core.user_absorb(p_from uuid, p_into uuid) returns void
language plpgsql volatile as $$
begin
	update users set merged_into = p_into, placeholder = false
	where id = p_from and placeholder and external_id is null
		and not exists (select from identities where user_id = p_from and kind <> 'stripe_customer')
		and not exists (select from user_roles where user_id = p_from);
	if not found then
		return;
	end if;
	update users set merged_into = p_into where merged_into = p_from;
	update identities set user_id = p_into where user_id = p_from;
	update sessions set user_id = p_into where user_id = p_from;
	update login_links set user_id = p_into where user_id = p_from;
	update orders set user_id = p_into where user_id = p_from;
	update orders set gift_to = p_into where gift_to = p_from;
	update subscriptions set user_id = p_into where user_id = p_from;
	update seat_revocations set user_id = p_into where user_id = p_from;
	insert into streak_awards (user_id, days, credits, awarded_on)
	select p_into, days, credits, awarded_on from streak_awards where user_id = p_from
	on conflict do nothing;
	perform core.flags_move(p_from, p_into);
	perform core.wallet_move(p_from, p_into);
	perform core.seat_move(p_from, p_into);
end
$$;
