# SPDX-License-Identifier: MIT
# What the schema promises by its shape, for the functions that exist and those
# that will: pgTAP and the catalogue.

use Gatehouse;
use Gatehouse::Tables qw(routes workers errors source_dir);

my $db = Gatehouse->database;

# The names a query finds; one test per rule says that there are none.
sub none ($query, $name) {
	my $found = $db->dbh->selectcol_arrayref($query);
	is_deeply $found, [], $name;
}

my $files = sub ($folder) {
	return join "\n", map { $_->basename('.sql') } source_dir->child("sql/$folder")->list->sort->each;
};
for my $schema (qw(core api)) {
	my $functions = $db->value("select string_agg(name, e'\\n' order by name) from (select distinct proname::text collate \"C\" as name
		from pg_proc where pronamespace = '$schema'::regnamespace and proname <> 'fail') f");
	is $functions, $files->($schema), "each file of sql/$schema makes the function of its name";
}

none q{select oid::regprocedure from pg_proc where pronamespace = 'api'::regnamespace and not prosecdef},
    'api functions are security definers';
none q{select oid::regprocedure from pg_proc where prosecdef and pronamespace in ('api'::regnamespace, 'core'::regnamespace)
	and not exists (select from unnest(proconfig) c where c like 'search_path=pg_catalog, public, core%, pg_temp')},
    'security definers fix the search path, temporary objects last';
none q{select oid::regprocedure from pg_proc where pronamespace in ('api'::regnamespace, 'core'::regnamespace)
	and has_function_privilege('public', oid, 'execute')}, 'no function is public';
none q{select oid::regprocedure from pg_proc where pronamespace = 'api'::regnamespace and prorettype <> 'jsonb'::regtype},
    'api functions return jsonb';
none q{select proname from pg_proc where pronamespace = 'api'::regnamespace and proname <> 'allocate_invite'
	group by 1 having count(*) > 1}, 'api names are not overloaded';
is_deeply $db->dbh->selectcol_arrayref(q{select proname from pg_proc where pronamespace = 'api'::regnamespace
	and provolatile = 's' order by 1}), [qw(admin healthz metrics reconcile_wanted)],
    'what only reads is stable, and nothing else is';
none q{select p.oid::regprocedure from pg_proc p join pg_language l on l.oid = prolang
	where pronamespace in ('api'::regnamespace, 'core'::regnamespace) and provolatile <> 'v'
	and prosrc ~* '\m(insert\s+into|update\s+\w+(\s+\w+)?\s+set|delete\s+from|for (no key )?update|advisory)\M'},
    'stable and immutable functions write and lock nothing';
none q{select p.oid::regprocedure from pg_proc p where pronamespace in ('api'::regnamespace, 'core'::regnamespace)
	and proname not in ('now', 'clock_move') and prosrc ~* '(?<!core\.)\m(now\(\)|current_timestamp|clock_timestamp|localtime)'},
    'core.now() is the only clock';
none q{select c.conrelid::regclass || '.' || c.conname from pg_constraint c
	where contype = 'f' and connamespace = 'public'::regnamespace and not exists (
		select from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1]
		and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) ~ 'IS NOT NULL'))},
    'every foreign key has its index';
none q{select c.relname from pg_class c where relnamespace = 'public'::regnamespace and relkind = 'r'
	and not exists (select from pg_constraint where conrelid = c.oid and contype = 'p')},
    'every table has a primary key';
none q{with held as (select classid, objid from pg_depend where refclassid = 'pg_namespace'::regclass and deptype = 'n'
		and refobjid in ('core'::regnamespace, 'api'::regnamespace))
	select pg_describe_object(d.classid, d.objid, d.objsubid)
	from pg_depend d join held on (d.refclassid, d.refobjid) = (held.classid, held.objid)
	where d.classid in ('pg_class'::regclass, 'pg_attrdef'::regclass, 'pg_constraint'::regclass)
	and not exists (select from held h where (h.classid, h.objid) = (d.classid, d.objid))},
    'no table, default or constraint depends on core or api';
none q{select attrelid::regclass || '.' || attname from pg_attribute a join pg_class c on c.oid = attrelid
	where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0
	and atttypid in ('float4'::regtype, 'float8'::regtype, 'timestamp'::regtype)},
    'no floating point, no time without zone';

# The functions are loaded unchecked, so that their order does not matter: check them now.
$db->sql('set check_function_bodies = on');
my @broken = grep { !eval { $db->sql($_->{definition}); 1 } } $db->sql(q{select pg_get_functiondef(oid) as definition
	from pg_proc where pronamespace in ('api'::regnamespace, 'core'::regnamespace)});
is_deeply \@broken, [], 'every body compiles';

my @programs = (routes(), workers());
my %made = map { $_ => 1 } map { @{ $_->{functions} } } @programs;
none q{select proname from pg_proc where pronamespace = 'api'::regnamespace and proname <> 'allocate_invite'
	and proname not in ('} . join("','", sort keys %made) . q{')}, 'every api function belongs to a program';
for my $program (@programs) {
	my $role = 'gh_' . $program->{name} =~ tr/-/_/r;
	is $db->value(q{select string_agg(proname, ',' order by proname) from pg_proc
		where pronamespace in ('api'::regnamespace, 'core'::regnamespace)
		and has_function_privilege(?, oid, 'execute')}, $role), join(',', sort @{ $program->{functions} }),
	    "$role may call its own functions and no other";
	is $db->value(q{select count(*) from pg_class where relnamespace = 'public'::regnamespace
		and relkind in ('r', 'v', 'S') and (case when relkind = 'S' then has_sequence_privilege($1, oid, 'usage')
		else has_any_column_privilege($1, oid, 'select, insert, update, references') end)}, $role), 0,
	    "$role reads and writes no table";
}
my ($status, $out) = $db->psql('select count(*) from credits', user => 'gh_credits');
like $out, qr/permission denied/, 'a route that tries a table is refused';
($status, $out) = $db->psql('select core.clock_move(interval $$1 day$$)', user => 'gh_credits');
like $out, qr/permission denied/, 'a route that tries core is refused';

for my $table (qw(credit_transactions transaction_lots)) {
	for my $statement ("update $table set amount = 0", "delete from $table", "truncate $table cascade") {
		($status, $out) = $db->psql($statement);
		like $out, qr/permission denied/, "the owner may not: $statement";
	}
}
$db->sql(q{select core.user_create('ledger', null)});
for my $statement (qw(update delete truncate)) {
	my $text = { update => 'update credit_transactions set amount = 6', delete => 'delete from credit_transactions',
		truncate => 'truncate credit_transactions cascade' }->{$statement};
	eval { $db->sql($text) };
	like $@, qr/append-only/, "a superuser may not $statement either";
	eval { $db->sql("set session_replication_role = replica; $text") };
	like $@, qr/append-only/, "nor does replica mode let $statement through";
	$db->sql('set session_replication_role = origin');
}

# What the ledger names stays: accounts and lots change, but never go.
$db->sql(q{select core.credits_grant(core.user_create('kept', null), 'bonus', 1, 'kept', core.now())});
for my $table (qw(credits credit_lots)) {
	($status, $out) = $db->psql($_), like $out, qr/permission denied/, "the owner may not: $_"
	    for "delete from $table", "truncate $table cascade";
	for my $text ("delete from $table", "truncate $table cascade",
		$table eq 'credits' ? 'update credits set user_id = gen_random_uuid()' : 'update credit_lots set id = default') {
		eval { $db->sql("set session_replication_role = replica; $text") };
		like $@, qr/append-only/, "nor may anybody: $text";
		$db->sql('set session_replication_role = origin');
	}
}

my $sources = join '', map { $_->slurp } map { source_dir->child("sql/$_")->list->each } qw(core api);
my %errors = errors();
my %raised = map { $_ => 1 } $sources =~ /core\.fail\('(\w+)'/g;
is_deeply [grep { !$errors{$_} } sort keys %raised], [], 'every error raised is in errors.tab';
is_deeply [grep { !/^-- SPDX-License-Identifier: MIT\n-- (Does|Returns): / }
	map { $_->slurp } map { source_dir->child("sql/$_")->list->each } qw(core api)], [],
    'every function says what it does or returns';

done_testing;
