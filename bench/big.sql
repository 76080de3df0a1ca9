-- SPDX-License-Identifier: MIT
-- A site with a past: users big-1 to big-:users, each with a lot and ten ledger rows,
-- one grant and nine charges, as they would have been booked one by one.
set client_min_messages = warning;
set session_replication_role = replica; -- no trigger, no foreign key: they hold by construction
set synchronous_commit = off;
insert into users (external_id) select 'big-' || n from generate_series(1, :users) n;
create temp table big as
	select id as user_id, row_number() over () as n from users where external_id like 'big-%';
select coalesce(max(id), 0) as last_row from credit_transactions \gset
insert into credits (user_id, balance, active_on) select user_id, 999991, current_date from big;
insert into credit_lots (user_id, source, amount, remaining, granted_at, effect)
	select user_id, 'adjustment', 1000000, 999991, now(), 'big:' || n from big;
insert into credit_transactions (id, user_id, type, amount, balance, effect, idempotency_key, request_hash, agent, quantity, created_at)
	overriding system value
	select :last_row + k * :users + n, user_id, case when k = 0 then 'adjustment' else 'usage' end,
		case when k = 0 then 1000000 else -1 end, 1000000 - k, case when k = 0 then 'big:' || n end,
		case when k > 0 then 'big-' || k end, case when k > 0 then sha256('big') end, case when k > 0 then 'chat' end,
		case when k > 0 then 1 end, now()
	from generate_series(0, 9) k, big;
insert into transaction_lots (transaction_id, lot_id, amount)
	select :last_row + k * :users + n, l.id, 1 from generate_series(1, 9) k, big join credit_lots l on l.effect = 'big:' || n;
select setval('credit_transactions_id_seq', (select max(id) from credit_transactions));
set session_replication_role = origin;
select core.ledger_total((select max(id) from credit_transactions)); -- as the hourly job does
vacuum analyze;
checkpoint;
