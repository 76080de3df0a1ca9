# SPDX-License-Identifier: MIT
# The meter settles in groups, on one connection and one thread.  Whatever happens
# to connections on either side, every answer is true and every key charged once.
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::FastCGI qw(record begin params FCGI_ABORT_REQUEST FCGI_PARAMS FCGI_STDIN);
use IO::Select;
use IO::Socket::UNIX;
use Mojo::IOLoop;
use Time::HiRes 'time';

my $path = '/functions/v1/credit-meter';
my $site = Gatehouse->site(handlers => [qw(credit-meter users stripe-webhook)]);
my %key  = $site->bearer($site->key);
my $user = $site->user('grouped', 100_000);

sub body ($name, %more) { { user_id => $user, agent => 'chat', idempotency_key => $name, %more } }
sub charge (@bodies) { $site->together(map { [$site->json_request($path, $_, %key)] } @bodies) }
sub rows ($like) { $site->value('select count(*) from credit_transactions where idempotency_key like ?', $like) }

# The bytes of a request, kept alive; and a connection straight to the program.
sub bytes ($name) {
	my $body = encode_json(body($name));
	my %p = (REQUEST_METHOD => 'POST', REQUEST_URI => $path, CONTENT_TYPE => 'application/json', CONTENT_LENGTH => length $body,
		HTTP_AUTHORIZATION => $key{Authorization});
	return begin(flags => 1) . record(FCGI_PARAMS, params(%p)) . record(FCGI_PARAMS) . record(FCGI_STDIN, $body) . record(FCGI_STDIN);
}
sub dial { IO::Socket::UNIX->new(Peer => $site->socket('credit-meter')) // die "connect: $!" }

# Reads until the end of one request; what came.
sub answer ($sock) {
	my ($in, $end) = ('', time + 10);
	while ($in !~ /\x01\x03\x00\x01\x00\x08\x00\x00.{8}\z/s && time < $end) {
		next unless IO::Select->new($sock)->can_read($end - time);
		sysread $sock, $in, 65536, length $in or last;
	}
	return $in;
}

# A transaction that keeps the user's account for itself while the code runs.
sub locked ($code) {
	my $keeper = $site->cluster->connect($site->name);
	$keeper->begin_work;
	$keeper->do('select from credits where user_id = ? for update', undef, $user);
	$code->();
	$keeper->rollback;
}

subtest 'what arrives together is committed together' => sub {
	my $pid = $site->pid('credit-meter');
	my @sockets = map { dial() } 1 .. 128;
	kill STOP => $pid;
	syswrite $sockets[$_], bytes("group$_") for 0 .. 127;
	kill CONT => $pid;
	my @balances = map { answer($_) =~ /"balance": ?(\d+)/ ? $1 : () } @sockets;
	is_deeply [sort { $b <=> $a } @balances], [map { 100_005 - $_ } 1 .. 128], '128 are charged, each saw a balance of its own';
	my $commits = $site->value(q{select count(distinct xmin::text) from credit_transactions where idempotency_key like 'group%'});
	cmp_ok $commits, '<', 8, "in $commits transactions";
};

subtest 'a connection serves one request after the other' => sub {
	my $sock = dial();
	for (1 .. 5) {
		syswrite $sock, bytes("kept$_");
		like answer($sock), qr/Status: 200/, "request $_";
	}
	syswrite $sock, substr bytes('cut'), 0, 100;
	close $sock;
	is rows('kept%'), 5, 'five charges, none of the request that broke off';
};

subtest 'many idle connections starve nobody' => sub {
	my @idle = map { dial() } 1 .. 300;
	syswrite $_, substr bytes('half'), 0, 50 for @idle[0 .. 149];
	charge(body('warm'));
	my $start = time;
	is +(charge(body('fresh')))[0]->code, 200, 'a fresh request beside 300 idle ones';
	cmp_ok time - $start, '<', 0.5, 'is answered at once';
};

subtest 'one locked account stops its own callers only' => sub {
	my $other = $site->user('other', 100);
	locked(sub {
		my @behind = map { my $sock = dial(); syswrite $sock, bytes("behind$_"); $sock } 1 .. 3;
		my $start = time;
		my @answers = charge(map { { %{ body("free$_") }, user_id => $other } } 1 .. 20);
		is scalar(grep { $_->code == 200 } @answers), 20, 'another account is charged';
		cmp_ok time - $start, '<', 3, 'meanwhile';
		is rows('behind%'), 0, 'those behind the lock wait';
		close $behind[0];
		syswrite $behind[1], record(FCGI_ABORT_REQUEST);
	});
	ok poll(sub { rows('behind%') >= 2 }), 'and are charged when it is free';
	is +(charge(body('behind1')))[0]->code, 200, 'one whose client had gone is told when it asks again';
	is +(charge(body('behind2')))[0]->json->{charged}, 1, 'one that gave up too';
	is rows('behind%'), 3, 'each once';
};

subtest 'clients that go while their charge is under way' => sub {
	for my $n (1 .. 200) {
		my $sock = dial();
		syswrite $sock, bytes("gone$n");
		close $sock if $n % 3;
	}
	my @answers = charge(map { body("gone$_") } 1 .. 200);
	is scalar(grep { $_->code == 200 } @answers), 200, 'all are answered when they ask again';
	is rows('gone%'), 200, 'and charged once';
};

subtest 'the database connection dies under charges' => sub {
	my %open = map { $_ => 1 } map { "lost$_" } 1 .. 400;
	my ($killed, $odd, $end, %said) = (0, 0, time + 60);
	# A new connection plans everything anew: on a busy machine it is let live longer.
	my ($pause, $timer, $kill) = 0.02;
	$kill = sub {
		$killed += $site->value(q{select count(pg_terminate_backend(pid)) from pg_stat_activity
			where usename = 'gh_credit_meter' and datname = current_database()});
		$timer = Mojo::IOLoop->timer($pause => $kill);
	};
	$kill->();
	while (%open && time < $end) {
		my @keys = (sort keys %open)[0 .. (keys %open > 64 ? 63 : keys(%open) - 1)];
		my $before = keys %open;
		my @answers = charge(map { body($_) } @keys);
		for my $i (0 .. $#keys) {
			my $code = $answers[$i] ? $answers[$i]->code : 0;
			$said{$code}++;
			$odd++ if $code == 503 && $answers[$i]->json->{error}{code} ne 'unavailable';
			delete $open{ $keys[$i] } if $code == 200;
		}
		$pause *= 1.5 if keys %open == $before && $pause < 2;
	}
	Mojo::IOLoop->remove($timer);
	is keys %open, 0, 'all are answered at last';
	is_deeply [grep { !/^(200|503)$/ } keys %said], [], 'by 200 or 503' or diag explain \%said;
	is $odd, 0, 'which is typed';
	cmp_ok $killed, '>', 5, "$killed connections were killed";
	is rows('lost%'), 400, 'each is charged once';
};

subtest 'SIGTERM finishes what is in flight' => sub {
	for my $round (1 .. 5) {
		# an answer shows that the program has taken over from the harness, which
		# would swallow a signal on the way
		my $first = dial();
		syswrite $first, bytes("first$round");
		answer($first);
		my $old = poll(sub { $site->pid('credit-meter') });
		my @sockets = map { my $sock = dial(); syswrite $sock, bytes("term$round-$_"); $sock } 1 .. 40;
		$site->kill_handler('credit-meter', 'TERM');
		is scalar(grep { answer($_) =~ /Status: 200/ } @sockets), 40, "40 requests are answered (round $round)";
		ok poll(sub { !kill 0, $old }), 'then it ends';
	}
};

is $site->value('select sum(faults) from core.verify()'), 0, 'verify finds no fault';
is_deeply [grep { !/signal 15|TERM|status 0/ } map { "$_" } @{ [$site->keeper->deaths] }], [], 'no program died of itself';
done_testing;
