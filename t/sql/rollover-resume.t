# SPDX-License-Identifier: MIT
# A run in steps: interrupted anywhere it goes on, others hardly wait for it.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my $n   = 1200;
my $cron = '{"cron":true}';
$db->sql(q{select core.clock_move('2027-10-15 UTC' - core.now())});
# Set-based, as so many sign-ups would take long.
$db->sql($_) for
	qq{insert into users (external_id) select 'u' || i from generate_series(1, $n) i},
	q{insert into credits (user_id, balance) select id, 300 from users},
	q{insert into credit_lots (user_id, source, amount, remaining, granted_at, effect)
		select id, 'subscription', 200, g * 100, core.now() - g * interval '1 day', 'g' || g || ':' || id
		from users, generate_series(1, 2) g},
	q{insert into credit_transactions (user_id, type, amount, balance, created_at, effect)
		select user_id, 'subscription', 200, 200 , core.now(), effect from credit_lots where effect like 'g2%'},
	q{insert into credit_transactions (user_id, type, amount, balance, created_at, effect)
		select user_id, 'subscription', 200, 400, core.now(), effect from credit_lots where effect like 'g1%'},
	q{with t as (insert into credit_transactions (user_id, type, amount, balance, created_at)
			select id, 'usage', -100, 300, core.now() from users returning id, user_id)
		insert into transaction_lots (transaction_id, lot_id, amount)
		select t.id, l.id, 100 from t join credit_lots l using (user_id) where effect like 'g1%'},
	'analyze';
is verify_clean($dbh), '', 'a site of 1200 subscribers';
$db->clock_move('1 month');

# A step of 500 accounts; the product's own are larger.
$db->sql(q{insert into rollover_runs values ('2027-11', 0, 0, 0, core.now())});
sub step ($handle = $dbh) { ask($handle, 'core.rollover_step', '2027-11', 500) }
sub cron { ask($dbh, 'api.rollover_cron', $cron) }
my $first = step();
is_deeply [@$first{qw(accounts rolled_over expired done_at)}], [500, 100_000, 50_000, undef], 'a step does so many accounts and says that there is more';
is $db->value(q{select steps from rollover_runs where done_at is null}), 1, 'progress is a row anybody can read';

subtest 'a run killed inside a step' => sub {
	my $other = $db->cluster->connect($db->name);
	$other->begin_work;
	is step($other)->{accounts}, 1000, 'it has done the next 500';
	my $pid = $other->{pg_pid};
	$db->sql('select pg_terminate_backend(?)', $pid);
	ok poll(sub { !$db->value('select count(*) from pg_stat_activity where pid = ?', $pid) }), 'when it is killed';
	eval { $other->disconnect };
	is $db->value('select accounts from rollover_runs where done_at is null'), 500, 'that step never happened';
	is verify_clean($dbh), '', 'the books are clean in the middle';
};

subtest 'nobody waits for accounts that are not in the step' => sub {
	my $other = $db->cluster->connect($db->name);
	$other->begin_work;
	step($other);
	my $last = $db->value('select user_id from credits order by user_id desc limit 1');
	$db->sql(q{set lock_timeout = '1ms'});
	ok eval { $db->sql(q{select core.meter_charge(?, 'chat', 100, null, null)}, $last); 1 }, 'an account at the end is charged meanwhile' or diag $@;
	$db->sql('set lock_timeout = default');
	$other->rollback;
};

is step()->{accounts}, 1000, 'the next call goes on';
$db->clock_move('35 days');
my $end = cron();
is_deeply [@$end{qw(month accounts rolled_over expired replayed done)}], ['2027-11', $n, $n * 200, $n * 100 - 100, false, false],
    'a month left unfinished is finished first, each account once; the present one is still to do';
is $db->value(q{select count(*) from rollovers where month = '2027-11'}), $n, 'one row per account and month';
is $db->value(q{select count(*) from credits where balance <> 200}), 0, 'every account keeps one grant';
my $before = $db->state;
is step()->{steps}, 3, 'a step of a month that is done';
is $db->state, $before, '... changes nothing';
ok !eval { $db->sql(q{insert into rollovers (month, user_id, rolled_over, expired) select month, user_id, 0, 0 from rollovers limit 1}); 1 },
    'no account can be run twice in a month';
race($db, map { ['api.rollover_cron', $cron] } 1 .. 8);
is_deeply [$db->dbh->selectrow_array(q{select accounts, rolled_over, expired from rollover_runs where month = '2027-12'})],
    [$n, $n * 200, 0], 'many calls at once do each account once';
is verify_clean($dbh), '', 'clean books';

done_testing;
