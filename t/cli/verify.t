#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# gatehouse verify finds what is wrong, and says what it looked at.
use FindBin;
use lib $FindBin::Bin;
use Command;
use Gatehouse;

my $db = Gatehouse->database;
my %conf = (DATABASE_URL => $db->cluster->url($db->name));
my $user = $db->value(q(select core.user_create('verify-1', null)));

my ($status, $out, $err) = gatehouse(\%conf, 'verify');
is $status, 0, 'a sound database is found sound' or diag $out . $err;
my @checks = $out =~ /^ok +\d+  .+$/mg;
cmp_ok scalar @checks, '>=', 5, '... by several checks';
like $out, qr/^@{[scalar @checks]} checks, 0 faults$/m, '... which are counted';
ok scalar(grep { /^ok +[1-9]/ } @checks), '... and looked at something';

# Corruption that no statement of ours can cause: past triggers and foreign keys.
$db->sql('set session_replication_role = replica');
$db->sql('update credits set balance = balance + 7 where user_id = ?', $user);
($status, $out, $err) = gatehouse(\%conf, 'verify');
is $status, 1, 'a balance that is not its lots is a fault';
like $out, qr/^FAULT +[1-9]\d*  .+: 1 wrong, e\.g\. .*\Q$user\E/m, '... with its owner as the example';
like $out, qr/checks, [1-9]\d* faults$/m, '... and is counted';
is $err, '', '... and is no failure of the command';

$db->sql('update credits set balance = balance - 7 where user_id = ?', $user);
($status) = gatehouse(\%conf, 'verify');
is $status, 0, 'repaired it is sound again';

$db->sql('alter table credit_transactions disable trigger user');
$db->sql('delete from credit_transactions where user_id = ?', $user);
($status, $out) = gatehouse(\%conf, 'verify');
is $status, 1, 'a ledger that lost a row is a fault';
like $out, qr/^FAULT .*\Q$user\E/m, '... of that user';

($status, $out, $err) = gatehouse({ DATABASE_URL => $db->cluster->url('postgres') }, 'verify');
is_deeply [$status, $out], [1, ''], 'a database that is none of ours is no sound one';
isnt $err, '', '... and it says why';
done_testing;
