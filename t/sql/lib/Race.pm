# SPDX-License-Identifier: MIT
package Race;

# Calls of SQL functions, one by one and many at the same moment.

use Mojo::Base -strict, -signatures;

use DBD::Pg ':async';
use Encode ();
use Exporter 'import';
use Mojo::JSON qw(decode_json encode_json);
use POSIX ();

our @EXPORT = qw(ask ask_all race key_caller user_caller session_caller events_deliver verify_clean);

my $gate = 4711;

# Callers as the programs describe them; the digests are any 64 hex digits.
sub key_caller     ($hash)          { encode_json({ key => $hash }) }
sub session_caller ($hash)          { encode_json({ session => $hash }) }
sub user_caller    ($sub, %claims)  { encode_json({ user => { sub => $sub, exp => time + 3600, %claims } }) }

# Calls schema.function with the arguments; returns its decoded result, or
# {error, status, ...details} when it raised one of errors.tab.
sub ask ($dbh, $function, @args) {
	my $row = eval { $dbh->selectrow_arrayref(_text($function, @args), { pg_server_prepare => 0 }, @args) };
	return $row ? _decode($row->[0]) : _failure($dbh, $@);
}

sub _text ($function, @args) {
	return "select to_jsonb($function(" . join(', ', ('?') x @args) . '))::text';
}

sub _decode ($text) { defined $text ? decode_json(Encode::encode_utf8($text)) : undef }

# An error that is none of ours is a broken test or a broken product.
sub _failure ($dbh, $text) {
	my ($name) = $text =~ /ERROR:\s+(\w+)$/m;
	my ($detail) = $text =~ /^DETAIL:\s+(\{.*\})$/m;
	die $text unless $dbh->state =~ /^GH(\d+)$/ && $name;
	return { error => $name, status => $1, $detail ? %{ decode_json($detail) } : () };
}

# Calls each [function, @args] on a connection of its own, all released at the
# same moment; returns the results in order, as ask does, and for an error that
# is not ours {sqlstate}.
sub race ($db, @calls) {
	my $holder = $db->cluster->connect($db->name);
	$holder->do("select pg_advisory_lock($gate)");
	my @running = map { start($db, @$_) } @calls;
	$holder->do("select pg_advisory_unlock($gate)");
	return map { finish($_) } @running;
}

# Starts one such call, without waiting; finish waits for what start returned.
sub start ($db, $function, @args) {
	my $dbh = $db->cluster->connect($db->name);
	my $sth = $dbh->prepare(_text($function, @args) . " from pg_advisory_xact_lock_shared($gate)",
		{ pg_async => PG_ASYNC, pg_server_prepare => 0 });
	$sth->execute(@args);
	return [$dbh, $sth];
}

sub finish ($running) {
	my ($dbh, $sth) = @$running;
	my $got = eval { $sth->pg_result; $sth->fetchrow_arrayref };
	return _decode($got->[0]) if $got;
	my $state = $dbh->state;
	return $state =~ /^GH/ ? _failure($dbh, $@) : { sqlstate => $state, text => $@ };
}

# Runs each code reference in a process of its own with a connection of its
# own; false when one of them died.
sub ask_all ($db, @work) {
	my @pids = map {
		my $code = $_;
		my $pid = fork // die "fork: $!";
		_child($db, $code) if !$pid;
		$pid;
	} @work;
	return !grep { waitpid $_, 0; $? } @pids;
}

sub _child ($db, $code) {
	my $ok = eval { $code->($db->cluster->connect($db->name)); 1 };
	print STDERR $@ unless $ok;
	POSIX::_exit($ok ? 0 : 1);
}

# Delivers events (decoded) in this order.
sub events_deliver ($dbh, @events) {
	my $now = $dbh->selectrow_array('select extract(epoch from core.now())::bigint');
	return map { ask($dbh, 'api.stripe_webhook', $now, encode_json($_)) } @events;
}

# The names of the checks that found something wrong, with a sample.
sub verify_clean ($dbh) {
	return join '; ', map { "$_->[0]: $_->[1]" } @{ $dbh->selectall_arrayref(
		'select check_name, sample from core.verify() where faults > 0') };
}

1;
