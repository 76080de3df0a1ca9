-- SPDX-License-Identifier: MIT
-- What the ledger's rows up to to_id sum to, by UTC day and type: filled by the job
-- that seals, never by a request.  What came since is summed when somebody asks.
create table ledger_totals (
	day date not null,
	type text not null,
	rows bigint not null check (rows > 0),
	amount bigint not null,
	primary key (day, type)
);
create table ledger_totals_end (
	singleton boolean primary key default true check (singleton),
	to_id bigint not null default 0 check (to_id >= 0)
);
insert into ledger_totals_end default values;
