-- SPDX-License-Identifier: MIT
-- Does:    holds the cards of a customer against those of everybody: the first
--          person seen with a card keeps the mark of it.  Another one is flagged
--          for the operator; a trial that nobody has claimed yet ends, one that
--          a person was given when they signed up stays theirs.
-- Args:    p_customer Stripe's; nothing happens before its person is known.  The
--          caller holds core.lock_person() of it.
-- Touches: trial_marks, user_flags; card_marks, users, identities (read); the
--          trial lot of an unclaimed payer.
create function core.card_weigh(p_customer text) returns void
language plpgsql volatile as $$
declare
	v_user users;
begin
	select u.* into v_user from identities i join users u on u.id = i.user_id
	where i.kind = 'stripe_customer' and i.subject = p_customer;
	if not found then
		return;
	end if;
	insert into trial_marks (mark, user_id, created_at)
	select mark, v_user.id, core.now() from card_marks where customer = p_customer order by mark
	on conflict do nothing;
	insert into user_flags (user_id, kind, other_id, created_at)
	select distinct v_user.id, 'shared_card', coalesce(u.merged_into, u.id), core.now()
	from card_marks c join trial_marks t using (mark) join users u on u.id = t.user_id
	where c.customer = p_customer and coalesce(u.merged_into, u.id) <> v_user.id
	on conflict do nothing;
	if v_user.placeholder and exists (select from user_flags where user_id = v_user.id and kind = 'shared_card') then
		perform core.trial_end(v_user.id);
	end if;
end
$$;
