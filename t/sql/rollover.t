# SPDX-License-Identifier: MIT
# The monthly run: what is kept, what expires, and that it happens once.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;

# The middle of a month, so that the clock moves over exactly one border.
$db->sql(q{select core.clock_move(date_trunc('month', core.now(), 'UTC') + interval '14 days' - core.now())});

sub account ($name, @lots) {
	my $user = $db->value('select core.user_create(?, null)', $name);
	my $n = 0;
	$db->sql(q{select core.credits_grant(?, ?, ?, ?, core.now() + ?::interval)}, $user, @$_[0, 1], "$name:" . ++$n, $_->[2] // '0') for @lots;
	return $user;
}
sub spend ($user, $n) { $db->sql(q{select core.meter_charge(?, 'chat', ?, null, null)}, $user, $n) }
sub balance ($user) { $db->value('select balance from credits where user_id = ?', $user) }
sub run { ask($dbh, 'api.rollover_cron', '{"cron":true}') }

my $full  = account('full', ['subscription', 250]);
my $spent = account('spent', ['subscription', 250]);
my $hoard = account('hoard', ['subscription', 250, '-31 days'], ['subscription', 250]);
my $topup = account('topup', ['purchase', 500], ['bonus', 10]);
spend($spent, 255);
spend($hoard, 100);

is ask($dbh, 'api.rollover_cron', $_)->{error}, 'unauthorized', 'only cron may' for undef, '{}', user_caller('full'), key_caller('ab' x 32);
my $first = run();
is_deeply $first, { month => $first->{month}, accounts => 1, rolled_over => 155, granted => 0, expired => 0,
	replayed => false, done => true },
    'credits of this month are not touched';
is run()->{replayed}, true, 'a month runs once';
$db->clock_move('1 month');
my $bonus = account('bonus', ['subscription', 250]);
my $got = run();
is_deeply $got, { month => $got->{month}, accounts => 2, rolled_over => 500, granted => 0, expired => 155,
	replayed => false, done => true },
    'a month is kept, the rest expires';
isnt $got->{month}, $first->{month}, 'under the name of the next month';
is_deeply [map { balance($_) } $full, $spent, $hoard, $topup, $bonus], [255, 0, 250, 515, 255],
    'the cap is one grant; top-ups, gifts and new credits stay';
is $db->value(q{select remaining from credit_lots where effect = 'hoard:1'}), 0, 'the oldest credits went';
is $db->value(q{select amount from credit_transactions where type = 'expiry'}), -155, 'as booked breakage';
is_deeply run(), { %$got, replayed => true }, 'again changes nothing and says the same';
$db->clock_move('1 month');
my @race = race($db, map { ['api.rollover_cron', '{"cron":true}'] } 1 .. 10);
is scalar(grep { !$_->{replayed} } @race), 1, 'ten at once: one runs';
is scalar(grep { $_->{accounts} == 3 } @race), 10, 'all tell the same';
is verify_clean($dbh), '', 'clean books';

done_testing;
