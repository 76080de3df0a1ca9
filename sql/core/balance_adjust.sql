-- SPDX-License-Identifier: MIT
-- Does:    changes a balance whose lots the caller has changed by as much.
-- Args:    p_user whose row of credits the caller has locked, p_amount signed,
--          p_metadata why.
-- Touches: credits, credit_transactions.
create function core.balance_adjust(p_user uuid, p_amount bigint, p_metadata jsonb) returns void
language sql volatile as $$
	with wallet as (
		update public.credits set balance = balance + p_amount, updated_at = core.now()
		where user_id = p_user
		returning balance
	)
	insert into public.credit_transactions (user_id, type, amount, balance, metadata, request_id, created_at)
	select p_user, 'adjustment', p_amount, balance, p_metadata, core.request_id(), core.now() from wallet
$$;
