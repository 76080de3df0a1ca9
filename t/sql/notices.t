# SPDX-License-Identifier: MIT
# What the operator is told of balances and expiry: once, by rules that are data.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my $n   = 0;

sub account ($name, $credits) {
	my $user = $db->value('select core.user_create(?, null)', $name);
	grant($user, $credits - 5);
	return $user;
}
sub grant ($user, $credits, $life = undef) {
	$db->sql(q{select core.credits_grant(?, 'bonus', ?, ?, core.now(), null, core.now() + ?::interval)}, $user, $credits, 'n:' . ++$n, $life);
}
sub spend ($user, @credits) { ask($dbh, 'core.meter_charge', $user, 'chat', $_, undef, undef) for @credits }
# What was told of that kind since the last time: one text per row.
sub told ($kind, $format) {
	return [map { $_->{told} } $db->sql("with told as (delete from outbox where kind = ? returning id, payload)
		select format($format) as told from told order by id", $kind)];
}
sub low { told('low_balance', q{'%s: %s <= %s', payload->>'external_id', payload->>'balance', payload->>'threshold'}) }

subtest 'low balance' => sub {
	my $ann = account('ann', 20);
	is_deeply low(), [], 'a new wallet is not low, though it begins at 0';
	spend($ann, 9);
	is_deeply low(), [], 'above the threshold nothing is told';
	spend($ann, 1);
	is_deeply low(), ['ann: 10 <= 10'], 'at the threshold it is';
	spend($ann, 1, 1, 3);
	is_deeply low(), [], 'once';
	grant($ann, 20);
	spend($ann, 14);
	is_deeply low(), [], 'filled up and still above';
	spend($ann, 4);
	is_deeply low(), ['ann: 7 <= 10'], '... and below again: a new crossing';
	spend($ann, 100);
	is_deeply low(), [], 'a refused charge tells nothing';
	spend($ann, 7);
	is_deeply low(), ['ann: 0 <= 0'], 'empty is a threshold of its own';
	grant($ann, 100);
	spend($ann, 100);
	is_deeply low(), ['ann: 0 <= 0'], 'of two crossed at once the lowest';
	my $bob = account('bob', 15);
	race($db, map { ['core.meter_charge', $bob, 'chat', 1, undef, undef] } 1 .. 15);
	is_deeply [sort @{ low() }], ['bob: 0 <= 0', 'bob: 10 <= 10'], 'fifteen charges at once: each crossing once';
};

subtest 'thresholds are data' => sub {
	$db->sql('insert into notice_low_rules values (500)');
	my $cat = account('cat', 1000);
	spend($cat, 500);
	is_deeply low(), ['cat: 500 <= 500'], 'a new one holds at once';
	$db->sql('delete from notice_low_rules');
	spend($cat, 500);
	is_deeply low(), [], 'without any nobody is told';
	$db->sql('insert into notice_low_rules values (0), (10)');
	ok !eval { $db->sql('insert into notice_low_rules values (-1)'); 1 }, 'a threshold below zero is refused';
};

subtest 'whoever takes the credits' => sub {
	my $dan = account('dan', 12);
	$db->sql(q{select core.balance_adjust(?, 0, '{}')}, $dan);
	grant($dan, 30, '1 hour');
	$db->clock_move('2 hours');
	spend($dan, 1);
	is_deeply low(), [], 'credits that expire with 11 left cross nothing';
	spend($dan, 1);
	is_deeply low(), ['dan: 10 <= 10'], 'a batch or a single charge, by the row of credits itself';
};

subtest 'expiry' => sub {
	my $soon = sub {
		$db->sql('select core.notices_expiring(core.now())');
		return told('credits_expiring', q{'%s: %s in %s', payload->>'external_id', payload->>'remaining', payload->>'ahead'});
	};
	$soon->();
	my $eve = account('eve', 10);
	grant($eve, 40, '10 days');
	grant($eve, 50, '12 days');
	is_deeply $soon->(), [], 'nothing expires soon';
	$db->clock_move('3 days');
	is_deeply $soon->(), ['eve: 40 in 7 days'], 'a week ahead';
	is_deeply $soon->(), [], 'once';
	spend($eve, 15);
	$db->clock_move('6 days');
	is_deeply [sort @{ $soon->() }], ['eve: 25 in 1 day', 'eve: 50 in 7 days'], 'a day ahead with what is left; each lot by itself';
	spend($eve, 25);
	$db->clock_move('2 days');
	is_deeply $soon->(), ['eve: 50 in 1 day'], 'an emptied lot is not told of again';
	grant($eve, 1, '3 days');
	is_deeply $soon->(), [], 'a rule longer than the life of a lot passes it over';
	$db->sql(q{select core.credits_grant(?, 'bonus', 1, 'many' || i, core.now(), null, core.now() + interval '30 days')
		from generate_series(1, 2500) i}, $eve);
	$db->clock_move('23 days');
	my @many = map { scalar @{ $soon->() } } 1 .. 4;
	is_deeply \@many, [1000, 1000, 500, 0], '2500 lots of one moment come in three parts, none twice, none left out' or diag "@many";
	$db->clock_move('1 year');
	is_deeply $soon->(), [], 'after a year without anybody looking, what has expired is not told';
	ok !eval { $db->sql(q{insert into notice_expiry_rules values ('-1 day')}); 1 }, 'a time ahead below zero is refused';
};

is verify_clean($dbh), '', 'clean books';
done_testing;
