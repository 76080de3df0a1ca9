# SPDX-License-Identifier: MIT
# Holds among everything else that moves credits.  Thousands of random histories,
# by several clients at once, with the clock moving: after each round lots,
# balance and ledger agree, nothing is negative, nothing was settled twice, and
# the balances moved by exactly what the clients were told.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Gatehouse::Stripe qw(event session price);
use Race;

my $seed = $ENV{GATEHOUSE_SEED} // time;
diag "GATEHOUSE_SEED=$seed";

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my $key = key_caller('ab' x 32);
$db->sql(q{select core.key_create('app', ?)}, 'ab' x 32);

sub user ($name) { ask($dbh, 'api.users', $key, $name, undef)->{user}{id} }
sub grant ($dbh, $user, $amount, $hours, $effect) {
	$dbh->do(q{select core.credits_grant(?, (array['bonus', 'purchase', 'subscription'])[?], ?, ?, core.now(), null,
		core.now() + ?::int * interval '1 hour')}, undef, $user, 1 + int rand 3, $amount, $effect, $hours);
}
sub hold ($dbh, $user, $amount, %o) { ask($dbh, 'api.credit_hold', $key, $user, undef, undef, $amount, $o{key}, $o{for}, undef) }
sub capture ($dbh, $hold, $amount, $id = undef) { ask($dbh, 'api.hold_capture', $key, $hold, $amount, $id) }
sub void ($dbh, $hold) { ask($dbh, 'api.hold_void', $key, $hold) }
sub wallet ($user) { $db->value(q{select balance || ' ' || debt from credits where user_id = ?}, $user) }
sub spend ($user, $amount) { ask($dbh, 'api.credit_meter', $key, $user, 'chat', $amount, undef, undef) }
sub ask_batch ($user, $amount) {
	my $row = $db->value(q{select api.credit_meter_batch('{r}', array[?], array[?], '{chat}', array[?::bigint], '{null}', array[null::jsonb])}, $key, $user, $amount);
	return decode_json($row);
}
sub available ($user) { ask($dbh, 'api.credits', $key, $user)->{available} }

subtest 'a released credit keeps the expiry of its lot (suna#5869)' => sub {
	my $user = user('suna');
	grant($dbh, $user, 10, 1, 'suna');
	my $hold = hold($dbh, $user, 12, for => 86400)->{hold_id};
	$db->clock_move('2 hours');
	my $got = void($dbh, $hold);
	is_deeply [@$got{qw(released balance)}], [12, 5], 'past its time it is gone, the trial credits are back';
	is $db->value(q{select count(*) from credit_lots where user_id = ? and open and expires_at <= core.now()}, $user), 0, 'no lot outlived itself';
};

subtest 'expired credit is not spendable before a sweep (vm0#10299)' => sub {
	my $user = user('vm0');
	grant($dbh, $user, 10, 1, 'vm0');
	$db->clock_move('2 hours');
	is $db->value('select balance from credits where user_id = ?', $user), 15, 'nobody has swept';
	is_deeply hold($dbh, $user, 6), { error => 'insufficient_credits', status => 402, balance => 5, required => 6 }, 'a hold does not get it';
	is ask($dbh, 'api.credit_meter', $key, $user, 'chat', 6, undef, undef)->{error}, 'insufficient_credits', 'nor the meter';
};

subtest 'what comes back from a hold repays a debt at once' => sub {
	my $n = 0;
	# Buys 100, spends, holds 60, has all refunded: what is left goes back, the held is owed.
	my $owing = sub ($for, $spent = 5) {
		my $user = user('owing' . ++$n);
		events_deliver($dbh, event('checkout.session.completed', session("cs_owing$n", amount_total => 1000,
			metadata => { user_id => $user, price_id => 'price_owing' })));
		spend($user, $spent) if $spent;
		my $hold = hold($dbh, $user, 60, for => $for)->{hold_id};
		events_deliver($dbh, event('charge.refunded', { id => "ch_owing$n", object => 'charge', amount => 1000,
			amount_refunded => 1000, payment_intent => "pi_cs_owing$n" }));
		is wallet($user), '0 ' . (55 + $spent), 'all that was not held went back, the rest is owed';
		return ($user, $hold);
	};
	$db->sql(q{select core.product_apply('{"id":"prod_o","name":"O","active":true}')});
	$db->sql('select core.price_apply(?::jsonb)', encode_json(price('price_owing', product => 'prod_o', unit_amount => 1000)));
	my ($user, $hold) = $owing->(900);
	is void($dbh, $hold)->{balance}, 0, 'a void: nothing to spend';
	is wallet($user), '0 0', '... and nothing owed any more';
	($user, $hold) = $owing->(900);
	is capture($dbh, $hold, 20)->{balance}, 0, 'a capture of a part: the rest is not to spend';
	is wallet($user), '0 20', '... and only the part that was used is owed';
	($user, $hold) = $owing->(900);
	$db->clock_move('1 hour');
	my $seen = ask($dbh, 'api.credits', $key, $user);
	is_deeply [@$seen{qw(available held debt lots next_expiry)}], [0, 0, 0, [], undef],
	    'expired: nothing to spend and nothing owed before it is booked, and no empty lot is shown';
	is ask($dbh, 'api.credit_meter', $key, $user, 'chat', 1, undef, undef)->{balance}, 0, '... nor for the meter';
	$db->sql('select core.expiry_sweep(100)');
	is wallet($user), '0 0', 'and nothing is owed once it is';
	($user, $hold) = $owing->(900, 0);
	$db->clock_move('1 hour');
	$seen = ask($dbh, 'api.credits', $key, $user);
	is_deeply [@$seen{qw(available debt)}, map { $_->{remaining} } @{ $seen->{lots} }], [5, 0, 5], 'the trial shows';
	is ask_batch($user, 4)->{balance}, 1, 'booked by a batch of the meter: only the trial is to spend';
	is wallet($user), '1 0', '... and nothing is owed';
	is verify_clean($dbh), '', 'verify is clean';
};

subtest 'what an expired hold took is spendable before a sweep' => sub {
	my $user = user('late');
	is hold($dbh, $user, 5, for => 60)->{balance}, 0, 'all is held';
	$db->clock_move('1 minute');
	is available($user), 5, 'when its time is over it shows';
	is ask($dbh, 'api.credit_meter', $key, $user, 'chat', 5, undef, undef)->{balance}, 0, 'and the meter spends it';
	is $db->value('select state from credit_holds where user_id = ?', $user), 'expired', 'the debit has booked it';
	my $batch = user('batch');
	hold($dbh, $batch, 5, for => 60);
	$db->clock_move('1 minute');
	is ask($dbh, 'api.credit_meter_batch', ['r'], [$key], [$batch], ['chat'], [5], [undef], [undef])->{balance}, 0,
	    'so does the meter that settles many at once';
	my $other = user('swept');
	hold($dbh, $other, 5, for => 60);
	$db->clock_move('1 minute');
	cmp_ok $db->value('select core.expiry_sweep(100)'), '>=', 1, 'the sweep books what nobody touches';
	is $db->value('select balance from credits where user_id = ?', $other), 5, 'it is back on the books';
	is $db->value('select core.expiry_sweep(100)'), 0, 'a second sweep finds nothing';
};

subtest 'a capture spends what was taken in time' => sub {
	my $user = user('in-time');
	grant($dbh, $user, 10, 1, 'in-time');
	my $hold = hold($dbh, $user, 10, for => 86400)->{hold_id};
	my $lots = sub { $db->value(q{select string_agg(source || ' ' || k.amount, ', ' order by l.id) from transaction_lots k
		join credit_lots l on l.id = lot_id where transaction_id = ?}, $_[0]) };
	$db->clock_move('2 hours');
	my $got = capture($dbh, $hold, 8);
	is_deeply [@$got{qw(charged released balance)}], [8, 2, 5], 'after the lot has expired too';
	like $lots->($got->{transaction_id}), qr/^(?!trial)\w+ 8$/, 'from that lot, not from one that lives';
};

subtest 'a hold is settled once, whoever comes at the same moment (eliza#11606, blnk#182)' => sub {
	for my $round (1 .. 20) {
		my $user = user("once$round");
		my $hold = hold($dbh, $user, 5)->{hold_id};
		my @got = race($db, map { $_ % 2 ? ['api.hold_capture', $key, $hold, 3, undef] : ['api.hold_void', $key, $hold] } 1 .. 6);
		my @won = grep { $_->{success} && !$_->{replayed} } @got;
		is scalar @won, 1, 'one wins';
		is available($user), 5 - $won[0]{charged}, '... and the balance is what it was told';
	}
};

subtest 'two holds never share a credit (blnk#181)' => sub {
	my $user = user('crowd');
	my @got = race($db, map { ['api.credit_hold', $key, $user, undef, undef, 2, undef, undef, undef] } 1 .. 8);
	is scalar(grep { $_->{success} } @got), 2, 'five credits carry two holds of two';
	is available($user), 1, 'and one credit is left';
};

# ---- random histories

my @users = map { user("user$_") } 1 .. 25;
# A streak's bonus would be credit nobody here was told of.
$db->sql('update streak_rules set active = false');
$db->sql('create table moves (client int, amount bigint)');

# What a client may do; each returns by how much the total of balances and holds
# must have moved, expiry aside.
my @mine;
my @deeds = (
	sub ($dbh, $user, $n) {
		my $got = ask($dbh, 'api.credit_meter', $key, $user, (qw(chat image))[rand 2], 1 + int rand 3, undef, undef);
		return $got->{success} ? -$got->{charged} : 0;
	},
	sub ($dbh, $user, $n) {
		my $amount = 1 + int rand 20;
		grant($dbh, $user, $amount, rand() < 0.6 ? int(rand 8) - 1 : undef, "grant:$$:$n");
		return $amount;
	},
	(sub ($dbh, $user, $n) {
		my $got = hold($dbh, $user, 1 + int rand 12, for => (60, 3600, 7200, 86400)[rand 4], key => rand() < 0.5 ? "h:$$:$n" : undef);
		push @mine, $got->{hold_id} if $got->{success};
		return 0;
	}) x 2,
	(sub ($dbh, $user, $n) { # of somebody: others settle it too
		my $hold = any_hold($dbh) // return 0;
		my $got = capture($dbh, $hold, 1 + int rand 12, rand() < 0.5 ? "c:$hold" : undef);
		return $got->{success} && !$got->{replayed} ? -$got->{charged} : 0;
	}) x 2,
	sub ($dbh, $user, $n) { void($dbh, any_hold($dbh) // return 0); return 0 },
	sub ($dbh, $user, $n) { $dbh->do('select core.expiry_sweep(3)'); return 0 },
	sub ($dbh, $user, $n) { # given up half-way
		$dbh->begin_work;
		my $got = hold($dbh, $user, 1);
		capture($dbh, $got->{hold_id}, 1) if $got->{success};
		$dbh->rollback;
		return 0;
	},
);

sub any_hold ($dbh) {
	return splice @mine, rand @mine, 1 if @mine && rand() < 0.5;
	return $dbh->selectrow_array(q{select id from credit_holds where random() < 0.9 order by created_at desc limit 1});
}

# All there is or was: what can be spent, what is held, what has expired.
my $total = q{select sum(balance) + (select coalesce(sum(amount), 0) from credit_holds where state = 'held')
	- (select coalesce(sum(amount), 0) from credit_transactions where type = 'expiry') from credits};
my $start = $db->value($total);
for my $round (1 .. 5) {
	my $client = sub ($id) {
		return sub ($dbh) {
			srand $seed + $id;
			my $sum = 0;
			$sum += $deeds[rand @deeds]->($dbh, $users[rand @users], $_) for 1 .. 250;
			$dbh->do('insert into moves values (?, ?)', undef, $id, $sum);
		};
	};
	ok ask_all($db, map { $client->($round * 100 + $_) } 1 .. 4), "four clients finish without an error (round $round)";
	is verify_clean($dbh), '', 'clean books';
	is $db->value($total), $start + $db->value('select sum(amount) from moves'), 'the balances moved by what the clients were told';
	is $db->value('select count(*) from credit_lots where remaining < 0 or remaining > amount'), 0, 'no lot holds less than nothing or more than it had';
	$db->clock_move((qw(30m 3h 1h 26h))[$round % 4] =~ s/m/ minutes/r =~ s/h/ hours/r);
}
cmp_ok $db->value('select count(*) from credit_holds where state = ?', $_), '>', 5, "some were $_" for qw(captured voided expired);
diag $db->value('select count(*) from credit_transactions') . ' ledger rows, ' . $db->value('select count(*) from credit_holds') . ' holds';

done_testing;
