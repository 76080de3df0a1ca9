# SPDX-License-Identifier: MIT
# gh-upkeep: each job is done in its turn, by one worker, whatever becomes of the others.

use FindBin;

use Gatehouse;
use Gatehouse::Process qw(spawn finish);
use Gatehouse::Sink;

my $sink = Gatehouse::Sink->start(answer => Gatehouse::Sink::says(200, { object => 'list', data => [], has_more => \0 }));
my $site = Gatehouse->site(handlers => ['users'], workers => ['upkeep'], conf => { STRIPE_API_BASE => $sink->url('') });

sub job ($name) { ($site->sql(q{select *, leased_until is not null as running, due_at > core.now() as later from jobs where name = ?}, $name))[0] }
# Waits until a job has ended once more since the call with that run.
sub ended ($name, $run = 0) {
	return $sink->until(sub { my $job = job($name); $job->{run} > $run && !$job->{running} ? $job : undef });
}
sub now ($name) {
	my $run = job($name)->{run};
	is(($site->cli('jobs', 'run', $name))[0], 0, "$name is to be done now");
	return ended($name, $run);
}

subtest 'at first' => sub {
	for my $name (map { $_->{name} } $site->sql('select name from jobs order by name')) {
		my $job = ended($name);
		ok $job->{succeeded_at} && !$job->{error}, "$name is done" or diag explain $job;
		ok $job->{later}, '... and due again later';
	}
	is job('reconcile')->{said}, '0 seen, 0 missing, 0 repaired', 'what was found is kept';
	ok $site->value('select finished_at from reconciliations'), 'Stripe was asked';
	$sink->take;
};

subtest 'what the jobs do' => sub {
	my $ann = $site->user('ann');
	like now('seal')->{said}, qr/^[1-9]\d* rows sealed$/, 'the ledger is sealed';
	$site->sql(q{select core.credits_grant(?, 'bonus', 7, 'b:' || i, core.now(), null, core.now() + interval '2 hours')
		from generate_series(1, 3) i}, $ann);
	now('notices');
	is $site->value(q{select count(*) from outbox where kind = 'credits_expiring'}), 0, 'nobody is told late of short lives';
	$site->sql(q{select core.credits_grant(?, 'bonus', 7, 'long', core.now(), null, core.now() + interval '8 days')}, $ann);
	$site->clock_move('25 hours');
	ended('notices', job('notices')->{run} - 1);
	ok $sink->until(sub { $site->value(q{select count(*) from outbox where kind = 'credits_expiring'}) == 1 }), 'who will lose credits is told';
	ok $sink->until(sub { $site->value('select count(*) from credit_lots where open and expires_at < core.now()') == 0 }), 'what has expired is booked';
	$site->clock_move('40 days');
	ok $sink->until(sub { $site->value(q{select count(*) from rollover_runs where done_at is not null}) >= 2 }), 'a new month rolls over';
	$site->sql(q{insert into login_links (token_hash, user_id, created_at, expires_at) select sha256(i::text::bytea), ?, core.now() - interval '40 days',
		core.now() - interval '31 days' from generate_series(1, 2500) i}, $ann);
	is now('retention')->{said}, 2500, 'what is over for a month is forgotten';
	is $site->value('select count(*) from login_links'), 0, '... all of it';
	is $site->value(q{select count(*) from audit_log where action = 'job.run'}), 3, 'what the operator asks for is in the audit log';
};

subtest 'a job that fails' => sub {
	$sink->answer(Gatehouse::Sink::says(400, { error => { code => 'no', message => 'not today' } }));
	my $job = now('reconcile');
	like $job->{error}, qr/^stripe_failed: Stripe .* not today/, 'says why';
	ok $job->{succeeded_at} lt $job->{ended_at}, 'keeps when it went well';
	ok $job->{due_at} lt $site->value(q{select core.now() + interval '31 minutes'}), 'comes again soon';
	ok !now('seal')->{error}, 'and holds up no other';
	like +($site->cli('jobs', 'list'))[1], qr/^reconcile\s+failed .* not today/m, 'the operator sees it';
	my $metrics = decode_json($site->value('select api.metrics()'));
	cmp_ok $metrics->{job_seal_success_seconds}, '>', 1e9, 'metrics tell when each went well';
	is $metrics->{jobs_failed}, 1, '... and how many did not';
	$site->sql(q{insert into jobs (name, every) values ('unheard_of', '1 hour')});
	$site->cli('jobs', 'run', 'unheard_of');
	like ended('unheard_of')->{error}, qr/job_unheard_of/, 'a job without a function fails, too';
	$site->sql(q{delete from jobs where name = 'unheard_of'});
	is(($site->cli('jobs', 'run', 'unheard_of'))[0], 1, 'there is none that is not in the table');
	$sink->answer(Gatehouse::Sink::says(200, { object => 'list', data => [], has_more => \0 }));
	is now('reconcile')->{error}, undef, 'what goes well again is well';
};

subtest 'several workers, one of them killed' => sub {
	$site->sql(q{create table turns (at timestamptz default clock_timestamp())});
	$site->sql(q{alter table turns owner to gatehouse});
	$site->sql(q{create function core.job_slow() returns jsonb language sql as $$ insert into turns default values;
		select jsonb_build_object('more', (select count(*) from turns) < 40, 'count', 1) from pg_sleep(0.01) $$});
	$site->sql(q{alter function core.job_slow() owner to gatehouse});
	$site->sql(q{insert into jobs (name, every, due_at) values ('slow', '1 day', 'infinity')});
	my ($worker) = grep { $_->{name} eq 'upkeep' } @{ $site->keeper->programs };
	my @more = map { spawn($worker->{argv}, env => $worker->{env}, log => $site->dir->child('log/more')) } 1 .. 3;
	my $before = job('slow')->{run};
	$site->cli('jobs', 'run', 'slow');
	ended('slow', $before);
	is job('slow')->{run}, $before + 1, 'of four workers one does it';
	is $site->value('select count(*) from turns'), 40, 'each step once';
	is job('slow')->{said}, 40, 'steps add up';
	kill TERM => @more;
	is_deeply [map { finish($_, 10) } @more], [0, 0, 0], 'told to end they do';
	$site->sql('truncate turns');
	$site->cli('jobs', 'run', 'slow');
	ok $sink->until(sub { $site->value('select count(*) from turns') > 5 }), 'it is half done';
	$site->kill_handler('upkeep');
	ok job('slow')->{running}, 'killed, nobody said how it went';
	$site->clock_move('6 minutes');
	ended('slow', $before + 2);
	is $site->value('select count(*) from turns'), 40, 'the next worker does the rest';
	$site->sql('truncate turns');
	$site->cli('jobs', 'run', 'slow');
	ok $sink->until(sub { $site->value('select count(*) from turns') > 5 }), 'half done again';
	$site->kill_handler('upkeep', 'TERM');
	ok $sink->until(sub { $site->value('select count(*) from turns') == 40 && !job('slow')->{running} }), 'told to end, it leaves the rest to the next at once';
	is job('slow')->{error}, undef, 'that is no failure';
};

subtest 'when' => sub {
	my $next = sub (@args) { $site->value(q{select to_char(core.job_next(?, ?, ?) at time zone 'UTC', 'YYYY-MM-DD HH24:MI')}, @args) };
	is $next->('1 day', '3 hours 17 minutes', '2026-11-21 02:00Z'), '2026-11-21 03:17', 'today';
	is $next->('1 day', '3 hours 17 minutes', '2026-11-21 03:17Z'), '2026-11-22 03:17', 'tomorrow, when it is that minute';
	is $next->('1 hour', '10 minutes', '2026-11-21 03:17Z'), '2026-11-21 04:10', 'every hour';
	ok !eval { $site->sql(q{insert into jobs (name, every) values ('x', '1 month')}); 1 }, 'months are no interval of fixed length';
};

done_testing;
