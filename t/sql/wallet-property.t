# SPDX-License-Identifier: MIT
# Whatever many clients do to a few accounts at once: lots, balance and ledger
# agree, nothing goes below zero, and what was granted equals what was spent,
# what expired and what is left.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Race;

my $seed = $ENV{GATEHOUSE_SEED} // time;
diag "GATEHOUSE_SEED=$seed";

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my $key = key_caller('ab' x 32);
$db->sql(q{select core.key_create('app', ?)}, 'ab' x 32);
my @users = map { ask($dbh, 'api.users', $key, "user$_", undef)->{user}{id} } 1 .. 6;

# What a client may do; each returns how the total of all balances must have moved.
my @deeds = (
	sub ($dbh, $user, $n) {
		my $got = ask($dbh, 'api.credit_meter', $key, $user, (qw(chat image))[rand 2], 1 + int rand 4, "$$-$n", undef);
		return $got->{success} ? -$got->{charged} : 0;
	},
	sub ($dbh, $user, $n) {
		my ($amount, $hours) = (1 + int rand 9, int(rand 6) - 2);
		$dbh->do(q{select core.credits_grant(?, ?, ?, ?, core.now(), null, core.now() + ? * interval '1 hour')}, undef,
			$user, (qw(bonus purchase subscription))[rand 3], $amount, "grant:$$:$n", rand() < 0.5 ? $hours : undef);
		return $amount;
	},
	sub ($dbh, $user, $n) { # a key that all clients share: charged at most once in all
		my $got = ask($dbh, 'api.credit_meter', $key, $user, 'chat', 1, 'shared-' . int($n / 10), undef);
		return $got->{success} && !$got->{replayed} ? -1 : 0;
	},
	sub ($dbh, $user, $n) { # given up half-way
		$dbh->begin_work;
		ask($dbh, 'api.credit_meter', $key, $user, 'chat', 1, "$$-$n", undef);
		$dbh->rollback;
		return 0;
	},
);

$db->sql('create table moves (client int, amount bigint)');
my $client = sub ($id) {
	return sub ($dbh) {
		srand $seed + $id;
		my $sum = 0;
		for my $n (1 .. 120) {
			$sum += $deeds[rand @deeds]->($dbh, $users[rand @users], $n);
		}
		$dbh->do('insert into moves values (?, ?)', undef, $id, $sum);
	};
};

for my $round (1 .. 3) {
	ok ask_all($db, map { $client->($round * 100 + $_) } 1 .. 8), "eight clients finish without an error (round $round)";
	is verify_clean($dbh), '', 'clean books';
	is $db->value(q{select sum(balance) + (select coalesce(-sum(amount), 0) from credit_transactions where type = 'expiry') from credits}),
	    $db->value('select 30 + sum(amount) from moves'), 'the balances moved by what the clients were told';
	is $db->value(q{select count(*) from (select from credit_transactions where idempotency_key is not null
		group by user_id, idempotency_key having count(*) > 1) x}), 0, 'no key charged twice';
	$db->clock_move('2 hours');
}
cmp_ok $db->value(q{select count(*) from credit_transactions where type = 'expiry'}), '>', 0, 'some credits expired on the way';
cmp_ok $db->value(q{select max(n) from (select count(*) as n from transaction_lots group by transaction_id) x}), '>', 1,
    'some debits took several lots';

done_testing;
