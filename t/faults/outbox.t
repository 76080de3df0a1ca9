# SPDX-License-Identifier: MIT
# The outbox under faults: every message arrives, none is lost, and twice only where
# doc/outbox says so.  Real sockets count the deliveries of each key.

use FindBin;

use Gatehouse;
use Gatehouse::Process qw(spawn finish);
use Gatehouse::Sink;
use Mojo::IOLoop;
use Mojo::JSON 'to_json';

my $sink = Gatehouse::Sink->start;
my $site = Gatehouse->site(handlers => [], workers => ['outbox'], conf => { NOTICE_URL => $sink->url, NOTICE_SECRET => 'x' x 32,
	TELEGRAM_BOT_TOKEN => '1:x', TELEGRAM_API_BASE => $sink->url('/telegram') });
my ($program) = grep { $_->{name} eq 'outbox' } @{ $site->keeper->programs };
my $chat = 0;

sub notices ($n) { map { $_->{id} } $site->sql(q{select core.outbox_add('low_balance', '{}', null) as id from generate_series(1, ?)}, $n) }
# Messages to as many chats; each says its chat.
sub messages ($n) {
	return map { $site->value(q{select core.outbox_add('telegram_message', ?::jsonb, null)}, to_json({ chat_id => "$_", text => "chat $_" })) }
		map { ++$chat } 1 .. $n;
}
sub count ($what) { $site->value("select count(*) from outbox where $what") }
sub drained { count('done_at is null and dead_at is null') == 0 }
# What arrived since the last time: key of a notice or text of a message => how often.
sub arrived {
	my %times;
	$times{ $_->headers->header('Idempotency-Key') // $_->json->{text} }++ for $sink->take;
	return \%times;
}
sub twice ($times) { scalar grep { $_ > 1 } values %$times }
# Serves while time runs fast, so that leases and pauses end, until all is sent.
sub drain ($step = '20 seconds', $deadline = 20) {
	my $timer = Mojo::IOLoop->recurring(0.1 => sub { $site->clock_move($step) });
	my $ok    = $sink->until(\&drained, $deadline);
	Mojo::IOLoop->remove($timer);
	return $ok;
}
# Answers after that time.
sub late ($seconds, $then = \&Gatehouse::Sink::fine) {
	return sub ($c) {
		my $tx = $c->render_later->tx;
		Mojo::IOLoop->timer($seconds => sub { $then->($c) if $tx });
	};
}
# Answers late, after having done that at every so many'th arrival, $times at most.
# Time would not do: a fast machine is through before its first tick.
sub after_every ($arrivals, $times, $do) {
	my ($seen, $answer) = (0, late(0.03));
	return sub ($c) {
		$do->() if ++$seen % $arrivals == 0 && $times-- > 0;
		$answer->($c);
	};
}
# Has the worker killed, and waits until another is there.
sub worker_dies {
	my $pid = $site->kill_handler('outbox');
	$sink->until(sub { my $now = $site->pid('outbox'); $now && $now != $pid });
}

subtest 'three workers' => sub {
	my @more = map { spawn($program->{argv}, env => $program->{env}, log => $site->dir->child('log/more')) } 1, 2;
	notices(300);
	messages(20);
	ok $sink->until(\&drained), 'share the work';
	my $times = arrived();
	is_deeply [scalar(keys %$times), twice($times)], [320, 0], 'each message once';
	kill TERM => @more;
	is_deeply [map { finish($_, 15) } @more], [0, 0], 'told to end, they do';
};

subtest 'killed before and after the answer' => sub {
	my ($id) = notices(1);
	$sink->once(sub ($c) { $site->kill_handler('outbox'); $c->render(text => '') });
	ok $sink->until(sub { @{ $sink->got } }), 'killed when the message had arrived';
	is count("id = $id and done_at is null and leased_until is not null"), 1, 'nobody knows how it went';
	$sink->until(sub { $site->pid('outbox') });
	$site->clock_move('61 seconds');
	ok $sink->until(\&drained), 'when the lease is over it is sent again';
	is arrived()->{$id}, 2, 'at least once, under the same key';
	# the answer is there, the recording waits for a lock
	my $other = $site->cluster->connect($site->name);
	($id) = notices(1);
	$sink->once(sub ($c) {
		$other->do('begin');
		$other->do('select from outbox where id = ? for update', undef, $id);
		$c->render(text => 'ok');
	});
	ok $sink->until(sub { $site->value(q{select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%outbox_record%' and datname = current_database()}) }),
		'answered, being recorded';
	worker_dies();
	$other->do('rollback');
	$site->clock_move('61 seconds');
	ok $sink->until(\&drained), 'killed then, it is sent once more';
	ok arrived()->{$id} >= 1, 'or was recorded after all: PostgreSQL may not have noticed';
};

subtest 'killed again and again' => sub {
	my $kills = 0;
	$sink->answer(after_every(20, 12, sub { $kills++ if $site->kill_handler('outbox') }));
	my @ids = (notices(150), messages(60));
	ok drain(), 'everything is sent';
	my $times = arrived();
	is scalar(keys %$times), @ids, 'nothing is lost';
	is count("id between $ids[0] and $ids[-1] and outcome = 'sent'"), @ids, 'and everything recorded';
	my $most = (sort { $b <=> $a } values %$times)[0];
	cmp_ok twice($times), '<=', 64 * 2 * $kills, 'twice only what was in flight: ' . twice($times) . " of @{[scalar @ids]} after $kills kills, $most times at most";
	cmp_ok $kills, '>', 2, 'it was killed';
	$sink->answer(\&Gatehouse::Sink::fine);
};

subtest 'the database hangs up' => sub {
	$sink->until(sub { $site->pid('outbox') });
	my $cuts = 0;
	$sink->answer(after_every(10, 20, sub {
		$cuts += $site->value(q{select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'gh_outbox' and datname = current_database()});
	}));
	my @ids = notices(100);
	ok drain(), 'everything is sent';
	my $times = arrived();
	is scalar(keys %$times), 100, "nothing is lost in $cuts cuts";
	cmp_ok $cuts, '>', 2, 'it was cut off';
	$sink->answer(\&Gatehouse::Sink::fine);
};

subtest 'an hour without an answer' => sub {
	$sink->down;
	my @ids = (notices(5), messages(5));
	for (1 .. 60) {
		$sink->until(sub { !count('done_at is null and dead_at is null and (due_at <= core.now() or leased_until is not null)') });
		$site->clock_move('1 minute');
	}
	is count('dead_at is not null'), 0, 'nothing is given up';
	my $tries = $site->value("select max(attempts) from outbox where id >= $ids[0]");
	ok $tries > 4 && $tries < 40, 'it is tried less and less often' or diag $tries;
	$sink->up;
	ok drain('10 minutes'), 'when it is back, all arrive';
	is_deeply [sort { $a <=> $b } values %{ arrived() }], [(1) x 10], 'each once';
};

subtest 'a storm of 429' => sub {
	my $n = 0;
	$sink->answer(sub ($c) {
		return Gatehouse::Sink::fine($c) if ++$n % 3 == 0;
		Gatehouse::Sink::says(429, { ok => \0, parameters => { retry_after => 1 + $n % 30 } }, 'Retry-After' => 1 + $n % 30)->($c);
	});
	my @ids = (notices(8), messages(8));
	ok drain('15 seconds'), 'everything gets through';
	is count("id >= $ids[0] and outcome = 'sent'"), 16, 'and is recorded';
	my %done;
	$done{$_}++ for map { $_->{attempts} } $site->sql("select attempts from outbox where id >= $ids[0]");
	is_deeply [keys %done], [1], 'no attempt was counted for having to wait' or diag explain \%done;
	$sink->answer(\&Gatehouse::Sink::fine);
	arrived();
};

subtest 'answers that are none' => sub {
	my %held;
	my $dribble = sub ($c) {
		my $stream = Mojo::IOLoop->stream($c->render_later->tx->connection);
		$stream->write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
		$held{$stream} = Mojo::IOLoop->recurring(0.2 => sub { $stream->write('x') });
	};
	my @hard = ([$dribble, 'never ends'], [Gatehouse::Sink::says(302, {}, Location => $sink->url('/elsewhere')), 'points elsewhere']);
	for (@hard) {
		my ($answer, $what) = @$_;
		$sink->once($answer);
		my ($id) = notices(1);
		ok $sink->until(sub { @{ $sink->got } }), "an answer that $what";
		my ($other) = messages(1);
		ok $sink->until(sub { count("id = $other and outcome = 'sent'") }, 4), '... holds up nobody else';
		ok $sink->until(sub { count("id = $id and last_error is not null") }, 8), '... and is no answer';
		is scalar(grep { $_->url->path eq '/elsewhere' } @{ $sink->got }), 0, '... nobody goes there';
		Mojo::IOLoop->remove($_) for values %held;
		ok drain(), '... so the message is sent again';
		$sink->take;
	}
	$sink->once(sub ($c) { $c->render(data => 'x' x 20_000_000) });
	my ($id) = notices(1);
	ok $sink->until(\&drained), 'an answer of 20 MB is one';
	is arrived()->{$id}, 1, 'and not asked for twice';
	$sink->once(sub ($c) { Mojo::IOLoop->stream($c->render_later->tx->connection)->close });
	($id) = messages(1);
	ok drain(), 'a connection that is cut is none';
	arrived();
};

subtest 'told to end' => sub {
	$sink->answer(late(0.5));
	my @ids = notices(30);
	ok $sink->until(sub { @{ $sink->got } >= 30 }), 'thirty are in flight';
	my $pid = $site->kill_handler('outbox', 'TERM');
	ok $sink->until(sub { ($site->pid('outbox') || $pid) != $pid }), 'it ends';
	is count("id >= $ids[0] and outcome = 'sent'"), 30, 'after all of them are recorded';
	is((grep { /^outbox status/ } $site->keeper->deaths)[-1], 'outbox status 0', 'as it should');
	is twice(arrived()), 0, 'each was sent once';
	$sink->answer(\&Gatehouse::Sink::fine);
};

subtest 'a message that kills its worker' => sub {
	$site->sql(q{update outbox_kinds set max_attempts = 3 where kind = 'alert_unpriced'});
	my $poison = $site->value(q{select core.outbox_add('alert_unpriced', '{}', null)});
	$sink->answer(sub ($c) {
		$site->kill_handler('outbox') if $c->req->json->{kind} eq 'alert_unpriced';
		$c->render(text => 'ok');
	});
	my ($id) = notices(1);
	ok drain(), 'ends as a dead letter';
	is arrived()->{$poison}, 3, 'after its attempts';
	is $site->value('select last_error from outbox where id = ?', $poison), 'the worker ended in the last of 3 attempts', 'which says so';
	is $site->value('select outcome from outbox where id = ?', $id), 'sent', 'and the others are sent';
};

done_testing;
