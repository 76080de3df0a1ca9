-- SPDX-License-Identifier: MIT
-- Returns: the checks of what guards the tables, as core.verify().
-- Touches: the catalogue (read).
create function core.verify_schema() returns table (check_name text, checked bigint, faults bigint, sample text)
language sql stable as $$
	select 'the ledger refuses changes', count(*), count(*) filter (where bad), min(name) filter (where bad)
	from (select r.name || '.' || guard || suffix as name, not exists (select from pg_trigger g
			where g.tgrelid = ('public.' || r.name)::regclass and g.tgname = guard || suffix and g.tgenabled = 'A') as bad
		from (values ('credit_transactions', 'append_only'), ('transaction_lots', 'append_only'), ('ledger_seals', 'append_only'),
			('credits', 'permanent'), ('credit_lots', 'permanent')) r(name, guard)
		cross join (values (''), ('_truncate')) t(suffix)) x
	union all
	select 'constraints and indexes are valid', count(*), count(*) filter (where bad), min(name) filter (where bad)
	from (select conname::text as name, not convalidated as bad
		from pg_constraint where connamespace = 'public'::regnamespace
		union all
		select indexrelid::regclass::text, not indisvalid
		from pg_index join pg_class c on c.oid = indexrelid where c.relnamespace = 'public'::regnamespace) x
$$;
