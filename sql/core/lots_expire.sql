-- SPDX-License-Identifier: MIT
-- Does:    books what has expired in one account: holds give back to their
--          lots, then lots whose time is over are emptied.  Spending never
--          waits for this: an expired lot is not spendable, booked or not.
-- Args:    p_user whose row of credits the caller has locked, p_now core.now().
-- Returns: by how much the balance has fallen; negative when it has risen.
-- Touches: credit_lots, credits, credit_transactions, transaction_lots, credit_holds.
create function core.lots_expire(p_user uuid, p_now timestamptz) returns bigint
language plpgsql volatile as $$
declare
	v_released bigint := 0;
	v_total bigint;
begin
	if exists (select from credit_holds where user_id = p_user and state = 'held' and expires_at <= p_now) then
		v_released := core.holds_expire(p_user, p_now);
	end if;
	if not exists (select from credit_lots where user_id = p_user and open and expires_at <= p_now) then
		return -v_released; -- nearly always 0
	end if;
	with due as (
		select id, remaining from credit_lots where user_id = p_user and open and expires_at <= p_now
	), emptied as (
		update credit_lots l set remaining = 0, lapsed = l.lapsed + due.remaining from due where l.id = due.id
	), wallet as (
		update credits set balance = balance - d.total, updated_at = p_now
		from (select sum(remaining)::bigint as total from due) d
		where user_id = p_user
		returning balance, d.total
	), entry as (
		insert into credit_transactions (user_id, type, amount, balance, request_id, created_at)
		select p_user, 'expiry', -total, balance, core.request_id(), p_now from wallet
		returning id, amount
	), links as (
		insert into transaction_lots (transaction_id, lot_id, amount)
		select entry.id, due.id, due.remaining from entry, due
	)
	select -amount into v_total from entry;
	return v_total - v_released;
end
$$;
