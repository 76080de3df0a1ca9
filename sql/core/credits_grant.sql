-- SPDX-License-Identifier: MIT
-- Does:    gives credits: a lot, a ledger row, the balance; a debt is repaid
--          from it at once.  Call once per effect; a second call fails on the
--          unique effect and changes nothing.
-- Args:    p_type trial, purchase, subscription, bonus, rollover or adjustment (ledger
--          type and lot source), p_amount > 0, p_effect business key,
--          p_granted_at when it was earned, p_order_id, p_expires_at or null,
--          p_plan the price subscription credits came with.
-- Returns: the ledger row's id.
-- Touches: credits, credit_lots, credit_transactions.
create function core.credits_grant(p_user uuid, p_type text, p_amount bigint, p_effect text,
	p_granted_at timestamptz, p_order_id uuid default null, p_expires_at timestamptz default null,
	p_plan text default null)
returns bigint
language plpgsql volatile as $$
declare
	v_id bigint;
	v_debt bigint;
begin
	with wallet as (
		insert into public.credits (user_id, balance, updated_at)
		values (p_user, p_amount, core.now())
		on conflict (user_id) do update
			set balance = credits.balance + excluded.balance, updated_at = excluded.updated_at
		returning balance, debt
	), lot as (
		insert into public.credit_lots (user_id, source, amount, remaining, granted_at, effect, order_id, expires_at, plan)
		values (p_user, p_type, p_amount, p_amount, p_granted_at, p_effect, p_order_id, p_expires_at, p_plan)
	), entry as (
		insert into public.credit_transactions (user_id, type, amount, balance, effect, request_id, created_at)
		select p_user, p_type, p_amount, balance, p_effect, core.request_id(), core.now() from wallet
		returning id
	)
	select entry.id, debt into v_id, v_debt from entry, wallet;
	if v_debt > 0 then
		perform core.wallet_settle(p_user, jsonb_build_object('granted', p_effect));
	end if;
	return v_id;
end
$$;
