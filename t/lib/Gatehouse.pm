# SPDX-License-Identifier: MIT
package Gatehouse;

# The harness: a private, running Gatehouse for a test file.
#
#	use Gatehouse;
#	my $site = Gatehouse->site;
#	is $site->get('/healthz')->code, 200, 'healthy';
#	done_testing;
#
# A site is a database of its own (made from a migrated template in a cluster
# that all files of one prove run share), the handlers on unix sockets, and
# nginx in front.  Gatehouse::Site lists the options and methods.  Everything
# ends with the test, also when that is killed: Gatehouse::Keeper.
#
# GATEHOUSE_BUILD names the build directory (default: build/ in the checkout).

use Mojo::Base -strict, -signatures;

use Exporter ();
use Mojo::JSON qw(decode_json encode_json false true);
use Test::More ();
use Time::HiRes qw(sleep time);

our @ISA    = ('Exporter');
our @EXPORT = qw(poll error_is decode_json encode_json false true);

# An orderly end, so that what was begun is cleared up.
$SIG{$_} = sub { exit 130 } for qw(INT TERM HUP);

# use Gatehouse gives the test file strict, warnings, signatures and Test::More.
sub import ($class) {
	Mojo::Base->import(-strict, -signatures);
	Test::More->export_to_level(1);
	$class->export_to_level(1);
}

# A running site; Gatehouse::Site->start has the options.  It ends when the
# returned object goes out of scope.
sub site ($class, %options) {
	require Gatehouse::Site;
	return Gatehouse::Site->start(%options);
}

# A migrated database without handlers, for tests of SQL alone: has the methods
# sql, value, psql, state and clock_move of a site.
sub database ($class) {
	require Gatehouse::Database;
	return Gatehouse::Database->start;
}

# Calls the function until it returns something true, at most $deadline
# seconds; returns that value, or the last false one.
sub poll ($what, $deadline = 10) {
	my $end = time + $deadline;
	while (1) {
		my $got = $what->();
		return $got if $got || time > $end;
		sleep 0.02;
	}
}

# One test: the response is a typed JSON error with this status and code name;
# %details are further members that the error object must have.
sub error_is ($res, $status, $code, $name, %details) {
	my $error = ($res->json // {})->{error} // {};
	my %got  = (status => $res->code, code => $error->{code},
		map { $_ => $error->{$_} } keys %details);
	my %want = (status => $status, code => $code, %details);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	Test::More::is_deeply(\%got, \%want, $name)
	    or Test::More::diag('answer: ', $res->code, ' ', substr $res->body, 0, 500);
}

# Sites still running at the end are ended here, while a failure still counts.
END {
	my $status = $?;
	my $clean  = !$INC{'Gatehouse/Site.pm'} || Gatehouse::Site::stop_all();
	$? = $status || ($clean ? 0 : 1);
}

1;
