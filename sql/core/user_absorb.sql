-- SPDX-License-Identifier: MIT
-- Does:    hands everything of a placeholder to the person it turned out to
--          stand for: an invoice may come before the session that says who paid.
--          The trial credits of the placeholder end: they are once per person.
--          So do its sessions and login links: whoever had one has shown no
--          identity, and must not be in the account of the one who did.
-- Args:    p_from, p_into users.  Nothing happens unless p_from is as
--          core.user_stands_in() says.
-- Touches: users, identities, sessions, login_links, streak_awards, user_flags, orders, subscriptions, payments,
--          seats, seat_revocations, user_roles (read), the wallet.
create function core.user_absorb(p_from uuid, p_into uuid) returns void
language plpgsql volatile as $$
begin
	update users u set merged_into = p_into, placeholder = false
	where id = p_from and core.user_stands_in(u);
	if not found then
		return;
	end if;
	update users set merged_into = p_into where merged_into = p_from;
	update identities set user_id = p_into where user_id = p_from;
	update sessions set user_id = p_into, revoked_at = coalesce(revoked_at, core.now()) where user_id = p_from;
	update login_links set user_id = p_into, used_at = coalesce(used_at, core.now()) where user_id = p_from;
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
