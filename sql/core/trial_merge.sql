-- SPDX-License-Identifier: MIT
-- Does:    when two accounts become one person, ends as much of the trial that
--          goes on as was spent of the one that goes: the trial is once per person.
-- Args:    p_from, p_into accounts whose rows of credits the caller has locked.
-- Touches: credit_lots, credits, credit_transactions, transaction_lots.
create function core.trial_merge(p_from uuid, p_into uuid) returns void
language sql volatile as $$
	with spent as (
		select sum(amount - remaining - lapsed)::bigint as total from public.credit_lots
		where user_id = p_from and source = 'trial'
	), given as (
		update public.credit_lots l set remaining = remaining - least(remaining, spent.total),
			lapsed = lapsed + least(remaining, spent.total)
		from spent
		where l.effect = 'trial:' || p_into and l.user_id = p_into and l.open and spent.total > 0
		returning l.id, l.remaining as rest
	), share as (
		select g.id, (b.remaining - g.rest)::bigint as ended
		from given g join public.credit_lots b on b.id = g.id -- as it was before
	), wallet as (
		update public.credits set balance = balance - share.ended, updated_at = core.now()
		from share where user_id = p_into
		returning balance, share.id, share.ended
	), entry as (
		insert into public.credit_transactions (user_id, type, amount, balance, metadata, request_id, created_at)
		select p_into, 'expiry', -ended, balance, jsonb_build_object('trial_of', p_from), core.request_id(), core.now()
		from wallet
		returning id
	)
	insert into public.transaction_lots (transaction_id, lot_id, amount)
	select entry.id, wallet.id, wallet.ended from entry, wallet
$$;
