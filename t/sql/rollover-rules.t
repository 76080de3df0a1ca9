# SPDX-License-Identifier: MIT
# The rules of the monthly run are data: MIN(max, MAX(left, min)) per plan.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Gatehouse::Stripe qw(event invoice price subscription);
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
# The last day of a leap February: the run is that of March.
$db->sql(q{select core.clock_move('2028-02-10 12:00 UTC' - core.now())});
$db->sql(q{insert into rollover_rules (plan, rollover_min, rollover_max) values
	('price_min', 50, null), ('price_cap', 0, 30), ('price_none', 0, 0), ('price_both', 20, 120)});

my $n = 0;
sub subscribe ($customer, $plan, $credits) {
	my $now = $db->value('select extract(epoch from core.now())::bigint');
	my $i   = ++$n;
	events_deliver($dbh,
		event('price.created', price($plan, type => 'recurring', recurring => { interval => 'month' },
			metadata => { credits => "$credits" }), created => $now),
		event('customer.subscription.created', subscription("sub_$i", $plan, customer => $customer), created => $now),
		event('invoice.paid', invoice("in_$i", price => $plan, subscription => "sub_$i", customer => $customer,
			billing_reason => 'subscription_create', status_transitions => { paid_at => $now }), created => $now));
	return $db->value(q{select user_id from identities where subject = ?}, $customer);
}
sub spend ($user, $n) { $db->sql(q{select core.meter_charge(?, 'chat', ?, null, null)}, $user, $n) if $n }
sub left ($user) {
	return $db->value(q{select coalesce(sum(remaining), 0)::bigint from credit_lots
		where user_id = ? and source in ('subscription', 'rollover')}, $user);
}
sub run { ask($dbh, 'api.rollover_cron', '{"cron":true}') }

# plan, monthly credits, spent (the 5 of the trial go first), what stays
my @cases = (
	['price_plain', 250, 5,   250, 'by default one grant stays whole'],
	['price_plain', 250, 155, 100, '... and what is less than one'],
	['price_min',   100, 5,   100, 'more than the min stays'],
	['price_min',   100, 95,  50,  'less than the min is made up'],
	['price_min',   100, 105, 50,  'even from nothing'],
	['price_cap',   100, 5,   30,  'more than the max expires'],
	['price_cap',   100, 85,  20,  'less than the max stays'],
	['price_none',  100, 5,   0,   'with a max of 0 nothing rolls over'],
	['price_both',  100, 95,  20,  'min and max together: made up'],
	['price_both',  100, 5,   100, '... left between them: as it is'],
);
my @users = map { my $u = subscribe("cus_$_", @{ $cases[$_] }[0, 1]); spend($u, $cases[$_][2]); $u } 0 .. $#cases;
my $top = $db->value(q{select core.user_create('topped', null)});
$db->sql(q{select core.credits_grant(?, 'purchase', 500, 'topup', core.now())}, $top);
is $db->value(q{select count(*) from credit_lots where source = 'subscription' and plan is null}), 0, 'lots know their plan';

is run()->{accounts}, 0, 'in the month of the grant nothing is due';
$db->sql(q{select core.clock_move('2028-02-29 23:59:59 UTC' - core.now())});
is run()->{replayed}, true, 'on 29 February it is still February';
$db->sql(q{select core.clock_move('2028-03-01 00:00:01 UTC' - core.now())});
my $got = run();
is_deeply [@$got{qw(month done replayed)}], ['2028-03', true, false], 'two seconds later March runs';
is left($users[$_]), $cases[$_][3], $cases[$_][4] for 0 .. $#cases;
is $db->value('select balance from credits where user_id = ?', $top), 505, 'a top-up never expires';
is_deeply [@$got{qw(accounts granted rolled_over expired)}], [scalar(@cases), 100, 720, 170], 'counts and sums are those of the accounts';
is $db->value(q{select sum(-amount) from credit_transactions where type = 'expiry'}), 170, 'what expired is booked breakage';
my $before = $db->state;
is_deeply run(), { %$got, replayed => true }, 'a second run answers the same';
is $db->state, $before, '... and changes nothing';

$db->sql(q{update rollover_rules set rollover_max = 40 where plan = '*'});
$db->sql(q{select core.clock_move('2028-04-01 UTC' - core.now())});
run();
is left($users[0]), 40, 'a changed rule holds from the next run';
is left($users[4]), 50, 'what was made up is not made up twice';

for my $bad (q{('x', -1, null)}, q{('x', 5, 4)}, q{('x', 0, -1)}, q{('', 0, 1)}, q{('*', 0, 1)}) {
	ok !eval { $db->sql("insert into rollover_rules values $bad"); 1 }, "the rule $bad is refused";
}
is verify_clean($dbh), '', 'clean books';

done_testing;
