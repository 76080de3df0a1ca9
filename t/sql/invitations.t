# SPDX-License-Identifier: MIT
# One invitation, one recipient: whoever asks, however many at once, whenever.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;

sub user ($name, @roles) {
	my $id = $db->value('select core.user_create(?, null)', $name);
	$db->sql('select core.role_grant(?::uuid, ?)', $id, $_) for @roles;
	return $id;
}
sub take ($code, $user) { ask($dbh, 'core.invitation_accept', $code, $user) }
sub made ($inviter, $code, %with) {
	$db->sql('insert into invitations (inviter_id, invite_code, role, created_at, expires_at) values (?, ?, ?, core.now(), core.now() + ?::interval)',
		$inviter, $code, $with{role} // 'recipient', $with{expires});
	return $code;
}
sub roles ($user) { join ' ', @{ $dbh->selectcol_arrayref('select role from user_roles where user_id = ? order by 1', undef, $user) } }
sub audited ($action) { $db->value('select count(*) from audit_log where action = ?', $action) }

my $driver = user('driver', 'driver');
my ($ada, $bob, $eve) = map { user($_) } qw(ada bob eve);

# The person the invitation is for.
made($driver, 'first-one');
my $got = take('first-one', $ada);
is_deeply [@$got{qw(role landing)}], ['recipient', '/invite/first-one'], 'accepting gives the role and leads inside';
is $got->{invitation}{status}, 'accepted', 'the invitation is accepted';
is roles($ada), 'recipient', 'the role is held';
is_deeply take('first-one', $ada), $got, 'the same person again: the same answer';
is audited('invitation.accept'), 1, 'written down once';
is take('first-one', $bob)->{error}, 'invitation_used', 'somebody else is told';
is roles($bob), '', 'and gets nothing';

# Those it is not for.
is take('no-such', $ada)->{error}, 'invitation_unknown', 'an unknown code';
is take(undef, $ada)->{error}, 'invitation_unknown', 'no code';
made($driver, 'mine');
is take('mine', $driver)->{error}, 'invitation_own', "one's own";
is $db->value(q{select status from invitations where invite_code = 'mine'}), 'pending', 'which stays for another';
made($driver, 'withdrawn');
$db->sql(q{update invitations set status = 'revoked', revoked_at = core.now() where invite_code = 'withdrawn'});
is take('withdrawn', $bob)->{error}, 'invitation_revoked', 'a revoked one';
made($driver, 'short', expires => '1 hour');
$db->clock_move('59 minutes');
is take('short', $bob)->{role}, 'recipient', 'before its time is over it holds';
made($driver, 'late', expires => '1 hour');
$db->clock_move('1 hour');
is take('late', $eve)->{error}, 'invitation_expired', 'and not any more when it is';
is take('short', $bob)->{role}, 'recipient', 'who accepted in time keeps the answer';
is roles($eve), '', 'who came late holds nothing';

# The ceiling, at the moment of acceptance.
my $boss = user('boss', 'admin', 'driver');
made($boss, 'upwards', role => 'admin');
$db->sql('select core.role_grant(?::uuid, $$admin$$)', $ada);
$db->sql('select core.role_revoke(?::uuid, $$admin$$)', $boss);
is take('upwards', $eve)->{error}, 'invitation_demoted', 'a demoted inviter gives no role above their own';
is roles($eve), '', '... none at all';
$db->sql('select core.role_grant(?::uuid, $$admin$$)', $boss);
is take('upwards', $eve)->{role}, 'admin', 'it holds again when the role is back';
made($driver, 'fallen');
$db->sql('select core.role_revoke(?::uuid, $$driver$$)', $driver);
is take('fallen', $bob)->{error}, 'invitation_demoted', 'who is no driver any more invites nobody';
$db->sql('select core.role_grant(?::uuid, $$driver$$)', $driver);

# Already a member: the role is added.
my $member = user('member', 'member');
take(made($driver, 'for-member'), $member);
is roles($member), 'member recipient', 'a member keeps what they are';

# What Telegram told is kept with the invitation, as it was then.
$db->sql(q{insert into identities (kind, subject, user_id) values ('telegram', '8123456789', ?)}, my $tina = user('tina'));
is take(made($driver, 'telegram'), $tina)->{invitation}{recipient_telegram_id}, 8123456789, 'a Telegram number beyond 32 bits';

# Many at once.
my @crowd = map { user("crowd$_") } 1 .. 32;
made($driver, 'crowded');
my @told = race($db, map { ['core.invitation_accept', 'crowded', $_] } @crowd);
is scalar(grep { $_->{landing} } @told), 1, 'of 32 at once one gets it';
is scalar(grep { ($_->{error} // '') eq 'invitation_used' } @told), 31, 'and 31 are told so';
is $db->value(q{select count(*) from user_roles r join users u on u.id = user_id where external_id like 'crowd%'}), 1, 'one role is given';
my $same = user('twice');
made($driver, 'tabs');
is scalar(grep { $_->{landing} } race($db, map { ['core.invitation_accept', 'tabs', $same] } 1 .. 8)), 8, 'one person in eight tabs: eight equal answers';
is $db->value(q{select count(*) from audit_log where action = 'invitation.accept' and actor_user = ?}, $same), 1, '... and one acceptance';

# No code path can break it.
my %wrong = (
	'accepted by nobody'           => q{update invitations set status = 'accepted', accepted_at = core.now() where invite_code = 'mine'},
	'accepted at no time'          => q{update invitations set status = 'accepted', recipient_id = '$eve' where invite_code = 'mine'},
	'accepted by the inviter'      => q{update invitations set status = 'accepted', accepted_at = core.now(), recipient_id = inviter_id where invite_code = 'mine'},
	'accepted after its time'      => q{update invitations set status = 'accepted', accepted_at = core.now(), recipient_id = '$eve' where invite_code = 'late'},
	'a recipient while pending'    => q{update invitations set recipient_username = 'x' where invite_code = 'mine'},
	'revoked at no time'           => q{update invitations set status = 'revoked' where invite_code = 'mine'},
	'expired without a time'       => q{update invitations set status = 'expired' where invite_code = 'mine'},
	'given back'                   => q{update invitations set status = 'pending', accepted_at = null, recipient_id = null where invite_code = 'first-one'},
	'revoked after acceptance'     => q{update invitations set status = 'revoked', revoked_at = core.now(), accepted_at = null, recipient_id = null where invite_code = 'first-one'},
	'another status'               => q{update invitations set status = 'lost' where invite_code = 'mine'},
	'removed'                      => q{delete from invitations where invite_code = 'mine'},
	'the same code twice'          => q{insert into invitations (inviter_id, invite_code) values ('$eve', 'mine')},
	'a code that fits no link'     => q{insert into invitations (inviter_id, invite_code) values ('$eve', 'a b c d')},
);
for my $what (sort keys %wrong) {
	eval { $db->sql($wrong{$what} =~ s/\$eve/$eve/r) };
	like $dbh->state, qr/^23/, "refused by the table: $what";
}

done_testing;
