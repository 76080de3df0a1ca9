-- SPDX-License-Identifier: MIT
-- The monthly run by rules, in steps that can be resumed.

-- The price that subscription credits came with: which rule they follow.
alter table credit_lots add column plan text;
update credit_lots l set plan = (
	select coalesce(line.price_id, item.price_id)
	from payments p join payment_lines line on line.payment_id = p.id
	left join subscription_items item on item.id = line.item_id
	where p.effect = l.effect order by line.line limit 1)
where source = 'subscription';
-- The run walks accounts in this order; source and plan of a lot never change.
create index credit_lots_rollover on credit_lots (user_id) where open and source in ('subscription', 'rollover');

-- What of a plan's credits outlives a month: MIN(max, MAX(left, min)).  The plan
-- '*' is every plan without a row; a null rollover_max is one grant of the plan.
create table rollover_rules (
	plan text primary key check (length(plan) between 1 and 255),
	rollover_min bigint not null default 0 check (rollover_min between 0 and 1000000000),
	rollover_max bigint check (rollover_max between 0 and 1000000000),
	check (rollover_min <= rollover_max)
);
insert into rollover_rules (plan) values ('*');

-- A run that was interrupted goes on after the last account that was committed.
alter table rollover_runs
	add column position uuid,
	add column steps bigint not null default 0 check (steps >= 0),
	add column granted bigint not null default 0 check (granted >= 0),
	add column done_at timestamptz;
update rollover_runs set done_at = ran_at;
alter table rollovers add column granted bigint not null default 0 check (granted >= 0);
