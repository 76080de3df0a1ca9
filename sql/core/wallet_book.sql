-- SPDX-License-Identifier: MIT
-- Does:    books what core.wallet_repay() changed: one ledger row with the
--          change of balance and debt, linked to each lot that gave or got.  The
--          change of debt stands in its metadata, too, which is sealed.
-- Args:    p_user whose row of credits the caller has locked; p_lots {lot: credits
--          taken, negative: put back}; p_debt the debt after; p_metadata.
-- Touches: credits, credit_transactions, transaction_lots.
create function core.wallet_book(p_user uuid, p_lots jsonb, p_debt bigint, p_metadata jsonb) returns void
language sql volatile as $$
	with change as (
		select coalesce((select sum(value::bigint) from jsonb_each_text(p_lots)), 0)::bigint as taken,
			p_debt - debt as debt
		from public.credits where user_id = p_user
	), wallet as (
		update public.credits c set balance = balance - taken, debt = p_debt, updated_at = core.now()
		from change
		where c.user_id = p_user and (p_lots <> '{}' or change.debt <> 0)
		returning c.balance, -taken as amount, change.debt
	), entry as (
		insert into public.credit_transactions (user_id, type, amount, balance, debt, metadata, request_id, created_at)
		select p_user, 'refund', amount, balance, debt, p_metadata || jsonb_build_object('debt', debt), core.request_id(), core.now() from wallet
		returning id
	)
	insert into public.transaction_lots (transaction_id, lot_id, amount)
	select entry.id, key::bigint, value::bigint from entry, jsonb_each_text(p_lots)
	where value::bigint <> 0
$$;
