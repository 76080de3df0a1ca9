# SPDX-License-Identifier: MIT
package Columns;

# Every column of every table, but for what two equal histories need not have in
# common; each of those is named here with the reason.  Taken within one
# transaction, where the clock stands still, so that times are compared, too.

use Mojo::Base -strict, -signatures;

use Exporter 'import';

our @EXPORT_OK = qw(columns differences);

# Columns left out.  "id" is left out wherever the database makes it up.
my %but = (
	# how often a thing was told, not what
	stripe_events => [qw(deliveries)],
	# names of rows by made up numbers; below they go by what the rows say
	transaction_lots => [qw(transaction_id lot_id)], payment_lines => [qw(payment_id)],
	seats => [qw(invite_id)], credit_holds => [qw(transaction_id release_id usage_id)],
	# a running number of the order of arrival
	credit_transactions => [qw(balance)], rollover_runs => [qw(steps)],
);

# Rows that say in what steps something came to be: their sum is compared.
my %instead = (
	# What went back is booked in the order in which it was told.
	credit_transactions => q{
		select to_jsonb(t) from credit_transactions t where type <> 'refund'
		union all select jsonb_build_object('reversals of', user_id, 'amount', sum(amount), 'debt', sum(debt))
		from credit_transactions where type = 'refund' group by user_id having sum(amount) <> 0 or sum(debt) <> 0},
	transaction_lots => q{
		select jsonb_build_object('lot', l.effect, 'type', t.type, 'amount', sum(k.amount))
		from transaction_lots k join credit_transactions t on t.id = k.transaction_id join credit_lots l on l.id = k.lot_id
		group by l.effect, t.type having sum(k.amount) <> 0},
	payment_lines => q{select to_jsonb(l) || jsonb_build_object('payment', p.effect) from payment_lines l join payments p on p.id = l.payment_id},
	# What was so for a while was told for a while, and a seat was revoked for a while.
	seat_revocations => q{select to_jsonb(r) from seat_revocations r where lifted_at is null},
	outbox => q{select to_jsonb(o) from outbox o where kind not like 'alert%' and kind <> 'low_balance'},
);

# The state as lines "table {columns}", sorted.
sub columns ($dbh) {
	state %query;
	my $query = $query{$dbh} //= $dbh->prepare(_query($dbh), { pg_server_prepare => 1, pg_switch_prepared => 1 });
	return sort map { _plain($_) } @{ $dbh->selectcol_arrayref($query) };
}

sub _query ($dbh) {
	my $tables = $dbh->selectcol_arrayref(q{select relname from pg_class where relnamespace = 'public'::regnamespace
		and relkind in ('r', 'p') and relname not in ('schema_migrations', 'clock') order by 1});
	my $made = $dbh->selectall_hashref(q{select table_name, column_name from information_schema.columns where table_schema = 'public'
		and column_name = 'id' and (is_identity = 'YES' or column_default like 'gen_random%')}, 'table_name');
	return join ' union all ', map { sprintf q{select '%s ' || (row - %s)::text from (%s) x(row)}, $_,
		_list(@{ $but{$_} // [] }, $made->{$_} ? 'id' : ()), $instead{$_} // qq{select to_jsonb(t) from "$_" t} } @$tables;
}

sub _list (@names) { 'array[' . join(', ', map { "'$_'" } @names) . ']::text[]' }

# Without the ids that the database made up.
sub _plain ($line) {
	my $hex = qr/[0-9a-f]/;
	return ($line // '') =~ s/$hex{8}-$hex{4}-$hex{4}-$hex{4}-$hex{12}/ID/gr;
}

# What two states do not have in common, as lines; '' for nothing.
sub differences ($want, $got) {
	my %n;
	$n{$_}++ for @$want;
	$n{$_}-- for @$got;
	return join '', map { ($n{$_} > 0 ? 'missing: ' : 'instead: ') . "$_\n" } grep { $n{$_} } sort keys %n;
}

1;
