# SPDX-License-Identifier: MIT
# What a program waits for, and for how long: SIGTERM costs nobody an answer, a lock
# or a mute PostgreSQL only a time, and no log line tells a password.

use Gatehouse;
use Gatehouse::FastCGI qw(request);
use IO::Socket::UNIX;
use Time::HiRes 'time';

sub answer ($sock, $bytes) {
	syswrite $sock, $bytes;
	local $/;
	return readline($sock) // '';
}

sub sockets ($pid) { scalar grep { (readlink // '') =~ /^socket:/ } glob "/proc/$pid/fd/*" }
sub threads ($pid) { scalar(() = glob "/proc/$pid/task/*") }

subtest 'SIGTERM' => sub {
	my $site    = Gatehouse->site(handlers => ['pricing']);
	my $request = request({ REQUEST_METHOD => 'GET', REQUEST_URI => '/pricing' });
	my $connect = sub { IO::Socket::UNIX->new(Peer => $site->socket('pricing')) // die "connect: $!" };
	is $site->get('/pricing')->code, 200, 'it serves';

	my $pid    = $site->pid('pricing');
	my $before = sockets($pid);
	my $taken  = $connect->();
	ok poll(sub { sockets($pid) > $before }), 'a connection is taken, the request not there yet';
	kill TERM => $pid;
	ok poll(sub { threads($pid) <= 2 }), 'the idle threads end';
	like answer($taken, $request), qr/Status: 200/, 'the request is answered';
	ok poll(sub { !threads($pid) }), 'then the program ends';
	like answer($connect->(), $request), qr/Status: 200/, 'the next request is for its successor';

	my ($start, $idle) = (time, $site->kill_handler('pricing', 'TERM'));
	ok poll(sub { !threads($idle) }), 'an idle program ends';
	cmp_ok time - $start, '<', 1, 'at once';
	like answer($connect->(), $request), qr/Status: 200/, 'and another serves';
};

subtest 'a lock that somebody keeps, and a PostgreSQL that is mute' => sub {
	my $site = Gatehouse->site(handlers => [qw(users credit-meter stripe-webhook)]);
	my $user = $site->user('patient', 50);
	my $key  = $site->key;
	my $charge = sub ($n) { $site->json_request('/functions/v1/credit-meter',
		{ user_id => $user, agent => 'chat', idempotency_key => "patience-$n" }, $site->bearer($key)) };
	is $site->request($charge->(0))->code, 200, 'a charge';

	my $keeper = $site->cluster->connect($site->name);
	$keeper->begin_work;
	$keeper->do('select from credits where user_id = ? for update', undef, $user);
	my $start = time;
	my @answers = $site->together(map { [$charge->($_)] } 1 .. 3);
	error_is($_, 503, 'unavailable', 'a charge behind a lock') for @answers;
	is $answers[0]->headers->header('Retry-After'), 1, 'to be repeated';
	cmp_ok time - $start, '<', 20, 'does not wait for ever';
	$keeper->rollback;
	is $site->request($charge->(1))->code, 200, 'and is made when that is over';

	my @mute = map { $_->{pid} } $site->sql("select pid from pg_stat_activity where datname = current_database()
		and usename = 'gh_credit_meter'");
	kill STOP => @mute;
	$start = time;
	@answers = $site->together(map { [$charge->($_)] } 2 .. 17);
	kill CONT => @mute;
	is_deeply { map { $_->code => 1 } @answers }, { 200 => 1, 503 => 1 }, 'those whom it leaves without an answer get 503';
	cmp_ok time - $start, '<', 36, 'before nginx gives up';
	is $site->request($charge->($_))->code, 200, 'repeated, they are made' for 2 .. 17;
	is $site->value(q{select count(*) from credit_transactions where idempotency_key ~ '^patience-'}), 18, 'each once';
};

subtest 'passwords' => sub {
	for my $url ('postgresql://gatehouse:pass:word@[/db', 'postgresql://gatehouse:pass:word@127.0.0.1:1/db',
		'host=127.0.0.1 port=1 password=pass:word', 'host=127.0.0.1 passwd=pass:word') {
		my $site = Gatehouse->site(handlers => ['healthz'], conf => { DATABASE_URL => $url });
		is $site->get('/healthz')->code, 503, 'no database, no answer';
		ok poll(sub { $site->log('healthz') =~ /"error":"(unavailable|not_configured)"/ }), 'and a line in the log';
		unlike $site->log('healthz'), qr/pass:word/, 'without the password';
	}
};

done_testing;
