# SPDX-License-Identifier: MIT
# Roles have an order, every change of them is written down, and what is written
# down stays.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my ($ada, $bob) = map { $db->value('select core.user_create(?, null)', $_) } qw(ada bob);
my $audit = sub { [map { "$_->{action} " . $_->{role} } $db->sql(q{select action, detail->>'role' as role from audit_log order by id})] };

is_deeply [map { $db->value('select core.role_rank(?)', $_) } qw(admin driver member recipient owner), undef], [4, 3, 2, 1, 0, 0],
    'admin before driver before member before recipient before nothing';
is $db->value('select core.role_ceiling(?)', $ada), 0, 'nobody begins with power';
ok $db->value('select core.role_grant(?, $$driver$$)', $ada), 'a role is given';
ok !$db->value('select core.role_grant(?, $$driver$$)', $ada), 'again is nothing new';
ok $db->value('select core.role_grant(?, $$recipient$$, ?)', $ada, $bob), 'another one is added';
is $db->value('select core.role_ceiling(?)', $ada), 3, 'the strongest counts';
ok $db->value('select core.role_revoke(?, $$driver$$)', $ada), 'a role is taken';
ok !$db->value('select core.role_revoke(?, $$driver$$)', $ada), 'again is nothing';
is_deeply $audit->(), ['role.grant driver', 'role.grant recipient', 'role.revoke driver'], 'each change is written down once';
is $db->value(q{select actor_user from audit_log where detail->>'role' = 'recipient'}), $bob, 'with who did it';
is ask($dbh, 'core.role_grant', $ada, 'owner')->{error}, 'invalid_field', 'there is no other role';
is ask($dbh, 'core.role_grant', '00000000-0000-4000-8000-000000000000', 'driver')->{error}, 'unknown_user', 'nobody is nobody';
ok !eval { $db->sql('insert into user_roles (user_id, role) values (?, $$owner$$)', $ada); 1 }, 'not even by hand';

# Two admins remove each other at the same moment.
for my $round (1 .. 5) {
	$db->sql('select core.role_grant(?::uuid, $$admin$$)', $_) for $ada, $bob;
	my @got = race($db, ['core.role_revoke', $ada, 'admin'], ['core.role_revoke', $bob, 'admin']);
	is_deeply [sort map { ref eq 'HASH' ? $_->{error} : 'gone' } @got], [qw(gone last_admin)], "one of two admins stays, round $round";
	is $db->value(q{select count(*) from user_roles where role = 'admin'}), 1, '... really';
}
is ask($dbh, 'core.role_revoke', $db->value(q{select user_id from user_roles where role = 'admin'}), 'admin')->{error}, 'last_admin',
    'the last one cannot go';

# Append-only, as the ledger.
for my $statement ('update audit_log set action = $$x.y$$', 'delete from audit_log', 'truncate audit_log') {
	my ($status, $out) = $db->psql($statement);
	like $out, qr/permission denied/, "the owner may not: $statement";
	eval { $db->sql($statement) };
	like $@, qr/append-only/, 'nor may a superuser';
	eval { $db->sql("set session_replication_role = replica; $statement") };
	like $@, qr/append-only/, 'nor in replica mode';
	$db->sql('set session_replication_role = origin');
}

done_testing;
