# SPDX-License-Identifier: MIT
# The oldest unused invite is given, however many were given before it, and
# finding it does not get dearer.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my $n   = 0;
$db->sql('alter table invites_pool set (autovacuum_enabled = false)');

sub stock ($count, $at = 'now()', $handle = $dbh) {
	$handle->do("insert into invites_pool (code, invite_url, created_at) select 'c' || (i + $n), 'u', $at from generate_series(1, $count) i");
	$n += $count;
	return 'c' . ($n - $count + 1);
}
sub take ($handle = $dbh) { (ask($handle, 'api.allocate_invite') // {})->{code} }
sub head { $db->value('select id from pool_head') }
sub other { $db->cluster->connect($db->name) }

stock(5000);
is take(), 'c1', 'the oldest first';
$db->sql('select count(core.invite_take($$x$$, false)) from generate_series(1, 999)');
$db->sql('select core.invite_take($$x$$, false)') for 1 .. 64;
is take(), 'c1065', 'in order, whatever was taken before';
cmp_ok head(), '>', 1000, 'the head follows';
$db->sql('select core.invite_take($$x$$, false)') for 1 .. 2000;
$dbh->do('select pg_stat_force_next_flush()');
my $blocks = q{select idx_blks_hit + idx_blks_read from pg_statio_user_tables where relname = 'invites_pool'};
my $before = $db->value($blocks);
take() for 1 .. 10;
$dbh->do('select pg_stat_force_next_flush()');
cmp_ok $db->value($blocks) - $before, '<', 400, 'ten takes read few pages of the index, with 3000 dead entries before them';

is take(), 'c3076', 'the next';
my $older = stock(1, q{now() - interval '1 hour'});
is take(), $older, 'older stock that comes later is given first';
is take(), 'c3077', '... and then the next';
$db->sql('update invites_pool set used_at = null, used_by = null where code = $$c5$$');
is take(), 'c5', 'what comes back is the oldest again';

subtest 'a take that is rolled back' => sub {
	my $other = other();
	$other->begin_work;
	my $code = take($other);
	$other->do('select core.invite_take($$x$$, false)') for 1 .. 130;
	isnt take(), $code, 'is not given to anybody else meanwhile';
	$other->rollback;
	is take(), $code, 'is the next one';
};

subtest 'stock on its way while the head would move' => sub {
	my $other = other();
	$other->begin_work;
	my $code = stock(1, q{now() - interval '2 hours'}, $other);
	my $head = head();
	$db->sql('select core.invite_take($$x$$, false)') for 1 .. 130;
	is head(), $head, 'the head waits for it';
	$other->commit;
	is take(), $code, 'so it is given first';
	$db->sql('select core.invite_take($$x$$, false)') for 1 .. 130;
	isnt head(), $head, 'then it moves on';
};

my %given;
my @race = race($db, map { ['api.allocate_invite'] } 1 .. 40);
$given{ $_->{code} }++ for @race;
is keys %given, 40, 'forty at once get forty';
$db->sql('select count(core.invite_take($$x$$, false)) from generate_series(1, 6000)');
is take(), undef, 'until there is none';
my $fresh = stock(1);
is take(), $fresh, 'new stock is found';
is verify_clean($dbh), '', 'nothing is left behind';

done_testing;
