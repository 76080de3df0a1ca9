#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# How the sandbox starts, refuses to start, and finds its state again.
use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use File::Temp qw(tempdir);
use IO::Socket::UNIX;
use Mojo::File qw(path);
use Mojo::UserAgent;
use Mojo::Util qw(url_escape);
use POSIX qw(WNOHANG);
use SandboxTest qw(sandbox_path);
use Test::More;
use Time::HiRes qw(sleep time);

my $dir = path(tempdir('gh-sandbox-XXXXXX', TMPDIR => 1, CLEANUP => 1));
my %ok  = (
	PATH => $ENV{PATH}, PUBLIC_URL => 'http://127.0.0.1:1/', SANDBOX_STATE => "$dir/state",
	SANDBOX_SOCKET => "$dir/socket", STRIPE_SECRET_KEY => 'sk_test_x', STRIPE_WEBHOOK_SIGNING_SECRET => ' , whsec_a,whsec_b',
);
my @children;
my $stdin;    # what a child gets as standard input, when it is told to listen there
END { my $status = $?; kill 'KILL', @children if @children; $? = $status }

# Starts the sandbox with those settings beside the good ones; its process id.
sub launch (%more) {
	my $pid = fork // die "fork: $!";
	if (!$pid) {
		%ENV = (%ok, %more);
		delete @ENV{grep { !defined $ENV{$_} || $ENV{$_} eq '' } keys %ENV};
		open STDERR, '>', "$dir/log" or die $!;
		open STDIN, '<&', $stdin or die $! if $stdin;
		exec 'perl', sandbox_path() or die $!;
	}
	push @children, $pid;
	return $pid;
}

# Waits for a process, at most 15 seconds; its wait status, or undef.
sub reap ($pid) {
	my $end = time + 15;
	while (time < $end) {
		if (waitpid($pid, WNOHANG) == $pid) {
			@children = grep { $_ != $pid } @children;
			return $?;
		}
		sleep 0.02;
	}
	return undef;
}

# refused(settings, pattern, name): it ends by itself, with status 78 and that message.
sub refused ($more, $pattern, $name) {
	my $status = reap(launch(%$more));
	my $log    = path("$dir/log")->slurp;
	ok(defined $status && $status >> 8 == 78 && $log =~ $pattern, $name) or diag($status // 'still running', ": $log");
	unlike($log, qr/live_secret/, 'the key itself is not told');
}

my $ua = Mojo::UserAgent->new;

sub ask ($path, @more) {
	my $tx = $ua->get('http+unix://' . url_escape("$dir/socket") . $path, @more);
	return $tx->error && !$tx->res->code ? undef : $tx->res;
}

sub healthy () {
	my $end = time + 15;
	while (time < $end) {
		my $res = ask('/sandbox/healthz');
		return 1 if $res && $res->code == 200;
		sleep 0.02;
	}
	return 0;
}

refused({STRIPE_SECRET_KEY => 'sk_live_secret'}, qr/^sandbox: STRIPE_SECRET_KEY holds a live Stripe key/, 'a live secret key is refused');
refused({STRIPE_SECRET_KEY => 'rk_live_secret'}, qr/live Stripe key/, 'so is a live restricted key');
refused({OLD_KEY => 'x,sk_live_secret'}, qr/OLD_KEY holds a live Stripe key/, 'wherever in the environment it is');
my $conf = path("$dir/gatehouse.conf")->spurt("PUBLIC_URL=x\nSTRIPE_SECRET_KEY=\"sk_live_secret\"\n");
refused({GATEHOUSE_CONF => "$conf"}, qr/gatehouse\.conf holds a live Stripe key/, 'and in gatehouse.conf');
refused({$_ => ''}, qr/^sandbox: $_ is not set$/m, "$_ is needed")
	for qw(PUBLIC_URL SANDBOX_STATE SANDBOX_SOCKET STRIPE_SECRET_KEY STRIPE_WEBHOOK_SIGNING_SECRET);
refused({STRIPE_WEBHOOK_SIGNING_SECRET => ' , '}, qr/holds no secret/, 'an empty signing secret is refused');
refused({SANDBOX_LISTEN_FD => 'nine'}, qr/must be a number/, 'a descriptor is a number');

my $pid = launch();
ok(healthy(), 'with test keys it starts on its unix socket');
is((stat "$dir/state")[2] & 0777, 0700, 'its state is private');
my $second = launch(SANDBOX_SOCKET => "$dir/other");
my $status = reap($second);
ok($status && path("$dir/log")->slurp =~ /another sandbox uses/, 'a second one on the same state refuses to start');

my %auth = (Authorization => 'Bearer sk_test_x');
my $base = 'http+unix://' . url_escape("$dir/socket") . '/sandbox/stripe/v1/customers';
my $one  = $ua->post($base, \%auth, form => {email => 'one@example.test'})->res->json->{id};
kill 'KILL', $pid;
reap($pid);

# What a crash of the machine in the middle of a write would leave.
my $journal = path("$dir/state/journal");
my $handle  = $journal->open('>>');
print $handle '[["customer","cus_torn",{"id":"cus_to';
close $handle;
$pid = launch();
ok(healthy(), 'it starts with a torn journal');
is($ua->get("$base/$one", \%auth)->res->json->{email}, 'one@example.test', 'keeps what was whole');
is($ua->get("$base/cus_torn", \%auth)->res->code, 404, 'and drops what was not');
my $two = $ua->post($base, \%auth, form => {email => 'two@example.test'})->res->json->{id};
kill 'TERM', $pid;
is(reap($pid), 0, 'SIGTERM ends it cleanly');
$pid = launch();
ok(healthy(), 'it starts once more');
is_deeply([map { $_->{id} } @{$ua->get($base, \%auth)->res->json->{data}}], [$two, $one], 'with everything in its order');

# A stop lets the answer that is being made be finished.
my $slow = $ua->post('http+unix://' . url_escape("$dir/socket") . '/sandbox/control', json =>
	{action => 'fail', mode => 'slow', seconds => 0.5})->res->json->{ok};
my $answer;
$ua->get_p($base, \%auth)->then(sub ($tx) { $answer = $tx->res->code }, sub ($error) { $answer = $error })->finally(sub { Mojo::IOLoop->stop });
Mojo::IOLoop->timer(0.1, sub { kill 'TERM', $pid });
Mojo::IOLoop->start;
is($answer, 200, 'an answer in the making is finished before the end');
is(reap($pid), 0, 'and then it ends');

# A supervisor opens the socket and hands it over as standard input.
unlink "$dir/socket";
$stdin = IO::Socket::UNIX->new(Local => "$dir/socket", Listen => 16) or die $!;
$pid   = launch(SANDBOX_SOCKET => '', SANDBOX_LISTEN_FD => 0);
ok(healthy(), 'it serves a unix socket that it is handed');
kill 'KILL', $pid;
reap($pid);
my $waiting;
$ua->get_p($base, \%auth)->then(sub ($tx) { $waiting = $tx->res->code }, sub ($error) { $waiting = $error })->finally(sub { Mojo::IOLoop->stop });
Mojo::IOLoop->next_tick(sub { $pid = launch(SANDBOX_SOCKET => '', SANDBOX_LISTEN_FD => 0) });
Mojo::IOLoop->start;
is($waiting, 200, 'and a caller who comes between two lives waits and is answered');
unlike(path("$dir/log")->slurp, qr/uninitialized|Can't|error/i, 'without a complaint in the log');
done_testing;
