# SPDX-License-Identifier: MIT
# Corners of the wallet where several rules meet; most were found by
# histories.t, each in its shortest form.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Gatehouse::Stripe qw(event session invoice price);
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my $key = key_caller('ab' x 32);
$db->sql(q{select core.key_create('app', ?)}, 'ab' x 32);
$db->sql('select core.price_apply(?::jsonb, 1)', encode_json(price("price_$_->[0]", unit_amount => 1000,
	metadata => { credits => "$_->[1]", discord => 'no' }))) for ['top', 100], ['month', 250];

# Every subtest in a world of its own, at the same moment.
sub corner ($name, $code) {
	subtest $name => sub {
		$dbh->begin_work;
		$db->sql(q{select core.clock_move('2027-01-20 12:00+00'::timestamptz - core.now())});
		$code->();
		is verify_clean($dbh), '', 'verify is clean';
		$dbh->rollback;
	};
}

sub user ($name) { ask($dbh, 'api.users', $key, $name, undef)->{user}{id} }
sub deliver (@event) { events_deliver($dbh, event(@event, created => $db->value('select extract(epoch from core.now())::bigint'))) }
sub buy ($id, $user, %fields) {
	deliver('checkout.session.completed', session("cs_$id", amount_total => 1000, payment_intent => "pi_$id",
		metadata => { price_id => 'price_top', $user ? (user_id => $user) : () }, %fields));
}
sub refund ($id, $cents) {
	deliver('charge.refunded', { id => "ch_$id", object => 'charge', amount => 1000, amount_refunded => $cents, payment_intent => "pi_$id" });
}
sub hold ($user, $amount, $seconds = 60) { ask($dbh, 'api.credit_hold', $key, $user, undef, undef, $amount, undef, $seconds, undef)->{hold_id} }
sub void ($hold) { ask($dbh, 'api.hold_void', $key, $hold) }
# What is refused leaves no trace.
sub meter ($user, $n) {
	$dbh->do('savepoint meter');
	my $got = ask($dbh, 'api.credit_meter', $key, $user, 'chat', $n, undef, undef);
	$dbh->do('rollback to meter') if $got->{error};
	return $got;
}
sub money ($user) { join ' ', $dbh->selectrow_array('select balance, debt from credits where user_id = ?', undef, $user) }
sub lot ($effect) { join ' ', $dbh->selectrow_array('select remaining, clawed, lent from credit_lots where effect = ?', undef, $effect) }

corner 'credits that were held when their payment went back are not given back to spend' => sub {
	my $user = user('ada');
	buy(a => $user);
	my $hold = hold($user, 105);
	refund(a => 1000);
	is money($user), '0 100', 'while they are held they are owed';
	is void($hold)->{balance}, 5, 'let go, only what was never refunded is there';
	is money($user), '5 0', 'and nothing is owed';
	is lot('session:cs_a'), '0 100 0', 'the lot gave what it had';
};

corner 'also when the hold runs out, whoever finds it' => sub {
	my @users = map { user($_) } qw(meter batch sweep);
	buy("b$_" => $users[$_]), hold($users[$_], 105), refund("b$_" => 1000) for 0 .. 2;
	$db->clock_move('1 hour');
	is meter($users[0], 6)->{balance}, 5, 'the meter has the trial to offer';
	is ask($dbh, 'api.credit_meter_batch', ['r'], [$key], [$users[1]], ['chat'], [6], [undef], [undef])->{detail}{balance}, 5, 'the batch too';
	$db->sql('select core.expiry_sweep(10)');
	is money($_), '5 0', 'nobody owes' for @users;
};

corner 'part of a hold is captured: the rest repays' => sub {
	my $user = user('part');
	buy(p => $user);
	my $hold = hold($user, 105);
	refund(p => 1000);
	is ask($dbh, 'api.hold_capture', $key, $hold, 45, undef)->{balance}, 0, 'after 45 of 105 nothing is left';
	is money($user), '0 40', '40 of the refunded ones were spent';
};

corner 'a debt that others repaid meanwhile returns to its own lot, theirs to them' => sub {
	my $user = user('lent');
	buy(l1 => $user);
	my $hold = hold($user, 105);
	$db->clock_move('1 second');
	refund(l1 => 1000);
	$db->clock_move('1 second');
	buy(l2 => $user);
	is lot('session:cs_l2'), '0 0 100', 'the second purchase repays the first';
	void($hold);
	is_deeply [lot('session:cs_l1'), lot('session:cs_l2')], ['0 100 0', '100 0 0'], 'until the credits are back';
};

corner 'what ran out unspent is not owed when its money goes back' => sub {
	my $user = user('lapsed');
	buy(x => $user);
	meter($user, 45);
	$db->sql(q{update credit_lots set expires_at = core.now() + interval '1 day' where effect = 'session:cs_x'});
	$db->clock_move('2 days');
	$db->sql('select core.expiry_sweep(10)');
	refund(x => 500);
	is money($user), '0 0', 'half the money: the 60 that lapsed cover it';
	refund(x => 1000);
	is money($user), '0 40', 'all of it: only the 40 that were spent';
};

corner 'credits of a month that lapsed at its end are not owed either' => sub {
	my $user = user('months');
	for my $n (1 .. 2) {
		my $bill = invoice("in_$n", price => 'price_month', subscription => 'sub_1', customer => 'cus_1', amount_paid => 1000, charge => "ch_m$n");
		$bill->{parent}{subscription_details}{metadata} = { user_id => $user };
		deliver('invoice.paid', $bill);
		$db->clock_move('1 month');
	}
	is ask($dbh, 'api.rollover_cron', '{"cron":true}')->{expired}, 250, 'one month of two is kept';
	deliver('charge.refunded', { id => 'ch_m1', object => 'charge', amount => 1000, amount_refunded => 1000 });
	is money($user), '255 0', 'the one that lapsed is refunded: the other stays, nothing is owed';
};

corner 'the month counts what holds took whose time is over' => sub {
	my ($user, $all) = map { user($_) } qw(some all);
	for my $who ($user, $all) {
		$db->sql(q{select core.credits_grant(?, 'subscription', 250, ? || n, core.now() - interval '1 day', p_plan => 'price_month')
			from generate_series(1, 2) n}, $who, "grant:$who:");
	}
	hold($user, 300);
	hold($all, 505);
	$db->clock_move('1 month');
	is ask($dbh, 'api.rollover_cron', '{"cron":true}')->{expired}, 500, 'swept or not';
	$db->sql('select core.expiry_sweep(10)');
	is_deeply [money($user), money($all)], ['255 0', '255 0'], 'each keeps one month and the trial';
};

corner 'two trials of one person are one, also while a hold has run out' => sub {
	my $user = user('heir');
	buy(g => undef, customer => 'cus_g');
	my $stranger = $db->value(q{select user_id from identities where subject = 'cus_g'});
	meter($stranger, 5);
	hold($user, 5);
	$db->clock_move('1 hour');
	buy(h => $user, customer => 'cus_g');
	is money($user), '200 0', 'two purchases, the trial is spent';
};

corner 'credits that had run out when their payment went back repay nothing, booked or not' => sub {
	my @users = map { user($_) } qw(booked late);
	for my $n (0, 1) {
		buy("r$n" => $users[$n]);
		refund("r$n" => 100);
		$db->clock_move('1 second');
		hold($users[$n], 95);
		meter($users[$n], 0);
		$db->sql(q{select core.credits_grant(?, 'bonus', 33, 'gift:' || ?, core.now(), null, core.now() + interval '1 day')}, $users[$n], $users[$n]);
		meter($users[$n], 10);
		$db->clock_move('2 days');
		$db->sql('select core.expiry_sweep(10)') unless $n;
		refund("r$n" => 1000);
	}
	is money($users[1]), money($users[0]), 'the same end';
	is lot("gift:$_"), '0 0 0', 'the gift lent nothing' for @users;
};

done_testing;
