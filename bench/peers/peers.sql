-- SPDX-License-Identifier: MIT
-- What a careful application of its own would have: an account, a ledger with a
-- unique key, and one function that takes a guarded update and an insert.  No lots,
-- no links, no time zones, no prices: the bare debit.
set client_min_messages = warning;
drop schema if exists bench cascade;
create schema bench;
create table bench.account (user_id text primary key, balance bigint not null check (balance >= 0)) with (fillfactor = 75);
create table bench.ledger (
	id bigint generated always as identity primary key,
	user_id text not null references bench.account,
	idempotency_key text not null,
	amount bigint not null,
	balance bigint not null,
	agent text not null,
	created_at timestamptz not null default now(),
	unique (user_id, idempotency_key)
);
insert into bench.account select 'bench-' || n, 1000000000 from generate_series(1, :users) n;

-- Returns: {"success", "transaction_id", "charged", "balance", "replayed"}, or null
--          when there is not enough.
create function bench.debit(p_user text, p_agent text, p_amount bigint, p_key text) returns json
language plpgsql as $$
declare
	v_balance bigint;
	v_past bench.ledger;
	v_id bigint;
begin
	update bench.account set balance = balance - p_amount
	where user_id = p_user and balance >= p_amount
		and not exists (select from bench.ledger where user_id = p_user and idempotency_key = p_key)
	returning balance into v_balance;
	if not found then
		select * into v_past from bench.ledger where user_id = p_user and idempotency_key = p_key;
		return case when found then json_build_object('success', true, 'transaction_id', v_past.id::text,
			'charged', v_past.amount, 'balance', v_past.balance, 'replayed', true) end;
	end if;
	insert into bench.ledger (user_id, idempotency_key, amount, balance, agent)
	values (p_user, p_key, p_amount, v_balance, p_agent) returning id into v_id;
	return json_build_object('success', true, 'transaction_id', v_id::text, 'charged', p_amount,
		'balance', v_balance, 'replayed', false);
end
$$;
