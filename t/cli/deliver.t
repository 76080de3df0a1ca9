# SPDX-License-Identifier: MIT
# gatehouse deliver: notices reach the operator's own address, signed, whatever
# happens on the way.

use FindBin;
use lib "$FindBin::Bin";

use Command;
use Digest::SHA 'hmac_sha256_hex';
use Gatehouse;
use Gatehouse::Process 'spawn';
use Gatehouse::Tables 'build_dir';
use Mojo::IOLoop;
use Mojo::Promise;
use Mojo::Server::Daemon;
use Mojolicious;

my $db = Gatehouse->database;
my ($secret, @got, @answers, $hook) = ('notice-secret-of-the-test-00000000');

# The operator's own server: answers as told, 200 when nothing was.
my $app = Mojolicious->new(secrets => ['x']);
$app->log->level('fatal');
$app->routes->any('/hook' => sub ($c) {
	push @got, $c->req->clone;
	$hook->() if $hook;
	$c->render(text => 'ok', status => shift @answers // 200);
});
my $server = Mojo::Server::Daemon->new(app => $app, listen => ['http://127.0.0.1'], silent => 1)->start;
my $port = $server->ports->[0];
my %conf = (DATABASE_URL => $db->cluster->url($db->name), NOTICE_URL => "http://127.0.0.1:$port/hook", NOTICE_SECRET => $secret);

# Runs the command beside the server; exit status and what it printed.
sub deliver (%settings) {
	my @result;
	Mojo::IOLoop->subprocess->run_p(sub { [gatehouse({ %conf, %settings }, 'deliver')] })
	    ->then(sub ($r) { @result = @$r })->wait;
	return @result;
}
sub notice ($kind = 'low_balance', %data) { $db->sql('select core.outbox_add(?, ?::jsonb, null)', $kind, Mojo::JSON::to_json(\%data)) }
sub row { ($db->sql('select *, done_at is not null as done, extract(epoch from due_at - core.now())::integer as pause from outbox order by id desc limit 1'))[0] }

subtest 'a door that is shut' => sub {
	notice();
	for my $name (qw(NOTICE_URL NOTICE_SECRET)) {
		my ($status, $out, $err) = deliver($name => undef);
		is $status, 1, "without $name nothing is sent";
		like $err, qr/NOTICE_URL and NOTICE_SECRET/, '... and that is said';
	}
	is row()->{attempts}, 0, 'the notice waits';
	$db->sql('delete from outbox');
};

subtest 'one notice' => sub {
	notice('low_balance', balance => 3, who => 'Änn');
	my ($status, $out, $err) = deliver();
	is_deeply [$status, $out], [0, "1 notices delivered, 0 failed\n"], 'it is delivered';
	my $req = shift @got;
	my ($t, $v1) = $req->headers->header('Gatehouse-Signature') =~ /^t=(\d+),v1=([0-9a-f]{64})$/;
	is $v1, hmac_sha256_hex("$t." . $req->body, $secret), 'signed over time and body';
	ok abs($t - time) < 60, 'as of now';
	my $body = $req->json;
	is_deeply [$req->method, $body->{kind}, $body->{data}], ['POST', 'low_balance', { balance => 3, who => 'Änn' }], 'with its data';
	is $req->headers->header('Idempotency-Key'), $body->{id}, 'and its id as key';
	my ($line) = grep { /^\{/ } split /\n/, $err;
	like decode_json($line)->{message}, qr/^notice \d+ \(low_balance\) attempt 1: status 200, done$/, 'one JSON line in the log';
	deliver();
	is @got, 0, 'once';
	ok row()->{done}, 'the row is done';
};

subtest 'an answer of 500, then 200' => sub {
	@answers = (500);
	notice();
	is((deliver())[1], "0 notices delivered, 1 failed\n", 'told');
	is_deeply [@{ row() }{qw(attempts last_error pause)}], [1, 'HTTP 500', 10], 'again in ten seconds';
	deliver();
	is @got, 1, 'not before';
	$db->clock_move('11 seconds');
	is((deliver())[1], "1 notices delivered, 0 failed\n", 'then it is delivered');
	is $got[0]->body, $got[1]->body, 'with the same body';
	is row()->{last_error}, undef, 'and nothing left of the error';
	@got = ();
};

subtest 'a server that is down for an hour' => sub {
	notice() for 1 .. 3;
	my %down = (NOTICE_URL => 'http://127.0.0.1:1/');
	my @pauses;
	for my $minute (1 .. 60) {
		my ($status, $out) = deliver(%down) if row()->{pause} <= 0;
		push @pauses, row()->{pause} if defined $out;
		$db->clock_move('1 minute');
	}
	cmp_ok scalar(@pauses), '>', 5, 'it is tried again and again';
	ok !grep({ $pauses[$_] < $pauses[$_ - 1] } 1 .. $#pauses), 'less and less often' or diag "@pauses";
	is $db->value('select count(*) from outbox where done_at is null and dead_at is null'), 3, 'nothing is given up';
	$db->clock_move('1 hour');
	is((deliver())[1], "3 notices delivered, 0 failed\n", 'when it is back all arrive');
	is @got, 3, 'each once';
	@got = ();
};

subtest 'killed by -9 between answer and record' => sub {
	notice();
	# The program that is waiting for our answer is ended while we hold it.
	my $pid = spawn([build_dir->child('gatehouse')->to_string, 'deliver'], env => gatehouse_env(%conf), log => '/dev/null');
	my $arrived = Mojo::Promise->new;
	$hook = sub { kill KILL => $pid; $arrived->resolve };
	$arrived->timeout(20)->wait;
	waitpid $pid, 0;
	undef $hook;
	is $? & 127, 9, 'killed after the notice arrived';
	is_deeply [@{ row() }{qw(attempts done)}], [1, 0], 'nobody recorded it';
	deliver();
	is @got, 1, 'for a minute it may still be under way';
	$db->clock_move('61 seconds');
	deliver();
	is @got, 2, 'then it comes again: at least once';
	is $got[0]->json->{id}, $got[1]->json->{id}, '... under the same id';
	@got = ();
};

subtest 'several at once, the last attempt, other kinds' => sub {
	notice('low_balance', n => $_) for 1 .. 20;
	Mojo::Promise->all(map { Mojo::IOLoop->subprocess->run_p(sub { [gatehouse(\%conf, 'deliver')] }) } 1 .. 3)->wait;
	my %ids = map { $_->json->{id} => 1 } @got;
	is_deeply [scalar(@got), scalar(keys %ids)], [20, 20], 'three programs send 20 notices once each';
	$db->sql(q{update outbox_kinds set max_attempts = 1 where kind = 'low_balance'});
	@answers = (400);
	notice();
	deliver();
	ok $db->value('select dead_at is not null from outbox order by id desc limit 1'), 'after the last attempt the row is dead and stays';
	is $db->value(q{select core.outbox_record(id, 1, 200, null) from outbox order by id desc limit 1}), 'late', 'a late record changes nothing';
	@got = ();
	notice('work_of_another_program');
	deliver();
	is @got, 0, 'a kind that is not in outbox_kinds is left alone';
};

done_testing;
