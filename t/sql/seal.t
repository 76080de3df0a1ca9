# SPDX-License-Identifier: MIT
# Sealing the ledger while others write it: no row is left out, none waits.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my @users = map { $db->value('select core.user_create(?, null)', "user$_") } 1 .. 4;
sub seal { $db->value('select core.ledger_seal(64)') }
is seal(), 4, 'all rows are sealed';

subtest 'a row that commits late' => sub {
	my $late = $db->cluster->connect($db->name);
	$late->begin_work;
	$late->do(q{select core.credits_grant(?, 'bonus', 1, 'late', core.now())}, undef, $users[0]);
	$db->sql(q{select core.credits_grant(?::uuid, 'bonus', 1, 'early', core.now())}, $users[1]);
	my $sealing = Race::start($db, 'core.ledger_seal');
	ok poll(sub { $db->value(q{select count(*) from pg_stat_activity where datname = current_database()
		and query like '%core.ledger_seal(%' and wait_event = 'PgSleep'}) }), 'sealing waits for it';
	$db->sql(q{select core.credits_grant(?::uuid, 'bonus', 1, 'meanwhile', core.now())}, $users[2]);
	pass 'others do not wait for sealing';
	$late->commit;
	is Race::finish($sealing), 2, 'then both are sealed, but not what came later';
	is seal(), 1, 'which the next run takes';
	is verify_clean($dbh), '', 'clean books';
};

subtest 'a transaction that never ends' => sub {
	my $idle = $db->cluster->connect($db->name);
	$idle->begin_work;
	$idle->do(q{select core.credits_grant(?, 'bonus', 1, 'idle', core.now())}, undef, $users[0]);
	$db->sql(q{select core.credits_grant(?::uuid, 'bonus', 1, 'beside', core.now())}, $users[1]);
	is seal(), undef, 'nothing is sealed past it';
	$idle->rollback;
	is seal(), 1, 'given up it leaves a gap, which is sealed over';
	is verify_clean($dbh), '', 'clean books';
};

subtest 'writers and sealers at once' => sub {
	my $writer = sub ($dbh) {
		for my $n (1 .. 100) {
			$dbh->begin_work;
			$dbh->do(q{select core.credits_grant(?, 'bonus', 1, ?, core.now())}, undef, $users[rand @users], "w:$$:$n");
			rand() < 0.8 ? $dbh->commit : $dbh->rollback;
		}
	};
	my $sealer = sub ($dbh) { $dbh->do('select core.ledger_seal(16)') for 1 .. 20 };
	ok ask_all($db, ($writer) x 4, ($sealer) x 2), 'they finish';
	seal();
	is $db->value('select sum(rows) from ledger_seals'), $db->value('select count(*) from credit_transactions'), 'every row is in one seal';
	is verify_clean($dbh), '', 'clean books';
};

done_testing;
