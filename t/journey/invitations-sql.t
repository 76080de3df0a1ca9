# SPDX-License-Identifier: MIT
# The five functions that front ends and dashboards call in SQL, through the real psql.
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::People;

my $db   = Gatehouse->database;
my $dina = person($db, 'dina', 'driver');
$db->sql(q{select core.identity_sign_in('telegram', '700100200300', '{"username":"dina_drives","first_name":"Dina"}', ?)}, $dina);

# What psql prints for a statement; a failure shows.
sub answers ($statement) {
	my ($status, $out) = $db->psql($statement);
	return $status ? "psql: $out" : $out =~ s/\n$//r;
}

subtest 'create_invitation(inviter_id, invite_code)' => sub {
	is answers("SELECT invite_code, status, inviter_id, inviter_telegram_id, inviter_login FROM create_invitation('$dina', 'INV-0001')"),
	    "INV-0001|pending|$dina|700100200300|dina_drives", 'by our id, as text';
	is answers("SELECT (create_invitation('$dina'::uuid, 'INV-0002')).status"), 'pending', 'as uuid';
	is answers(q{SELECT status FROM create_invitation(700100200300, 'INV-0003')}), 'pending', 'by the number at Telegram';
	is answers(q{SELECT status FROM create_invitation('700100200300', 'INV-0004')}), 'pending', '... as text';
	is answers(q{SELECT status FROM create_invitation(inviter_id => 'dina', invite_code => 'INV-0005')}), 'pending', "by the application's id, named";
	is answers(q{SELECT id = (create_invitation('dina', 'INV-0001')).id FROM invitations WHERE invite_code = 'INV-0001'}), 't', 'the same again';
	like answers(q{SELECT invite_code FROM create_invitation('dina')}), qr/^[2-9A-HJ-NP-Z]{16}$/, 'without a code one is made up';
	like answers(q{SELECT create_invitation('nobody', 'INV-0009')}), qr/^psql: ERROR:  unknown_user/, 'not by a stranger';
	my $adam = person($db, 'adam', 'admin');
	like answers("SELECT create_invitation('$adam', 'INV-0001')"), qr/^psql: ERROR:  invitation_taken/, 'a code belongs to one inviter';
	like answers(q{SELECT create_invitation('dina', 'a b')}), qr/^psql: ERROR:  invalid_field/, 'a code that fits no link';
	person($db, 'rita', 'recipient');
	like answers(q{SELECT create_invitation('rita', 'INV-0010')}), qr/^psql: ERROR:  forbidden/, 'recipients invite nobody';
};

subtest 'accept_invitation(code, recipient_data)' => sub {
	my $data = '{"telegram_id": 8123456789, "username": "rob", "first_name": "Rob", "last_name": "Roe"}';
	is answers("SELECT status, recipient_telegram_id, recipient_username, recipient_first_name, recipient_last_name FROM accept_invitation('INV-0001', '$data')"),
	    'accepted|8123456789|rob|Rob|Roe', 'accepted, by whom';
	is answers("SELECT accepted_at IS NOT NULL FROM accept_invitation('INV-0001', '$data')"), 't', 'again: the same';
	is answers(q{SELECT r.role FROM user_roles r JOIN identities i USING (user_id) WHERE i.kind = 'telegram' AND i.subject = '8123456789'}), 'recipient', 'the role is held';
	like answers(q{SELECT accept_invitation('INV-0001', '{"telegram_id": "8123456780"}')}), qr/^psql: ERROR:  invitation_used/, 'by nobody else';
	is answers(q{SELECT count(*) FROM identities WHERE subject = '8123456780'}), 0, '... who is not even made';
	is answers(q{SELECT recipient_telegram_id FROM accept_invitation('INV-0002', '{"telegram_id": "8123456781"}')}), '8123456781', 'a number as text';
	like answers(q{SELECT accept_invitation('INV-0003', '{"telegram_id": "x"}')}), qr/^psql: ERROR:  invalid_field/, 'a number it must be';
	like answers(q{SELECT accept_invitation('INV-0003', '{}')}), qr/^psql: ERROR:  invalid_field/, 'and be there';
	like answers(q{SELECT accept_invitation('no-such', '{"telegram_id": 5}')}), qr/^psql: ERROR:  invitation_unknown/, 'an unknown code';
	like answers(q{SELECT accept_invitation('INV-0003', '{"telegram_id": 700100200300}')}), qr/^psql: ERROR:  invitation_own/, "one's own";
};

subtest 'reading' => sub {
	is answers(q{SELECT status, recipient_username FROM get_invitation_by_code('INV-0001')}), 'accepted|rob', 'get_invitation_by_code(code)';
	is answers(q{SELECT * FROM get_invitation_by_code('no-such')}), '', '... none for an unknown one';
	is answers(qq{SELECT count(*) FROM get_user_invitations('$dina')}), 6, 'get_user_invitations(user_id)';
	is answers(q{SELECT count(*) FROM get_user_invitations(700100200300)}), 6, '... by the number at Telegram';
	is answers(qq{SELECT count(*) FROM get_user_invitations('$dina'::uuid)}), 6, '... as uuid';
	is answers(q{SELECT status, count(*) FROM get_all_invitations() GROUP BY status ORDER BY status}), "accepted|2\npending|4", 'get_all_invitations()';
	is answers(q{SELECT id, inviter_id, inviter_telegram_id, inviter_login, invite_code, status, recipient_telegram_id, recipient_username,
		recipient_first_name, recipient_last_name, created_at, accepted_at FROM invitations WHERE false}), '', 'the columns of the table';
	is answers(q{SELECT status, count(*) FROM invitations GROUP BY status ORDER BY status}), "accepted|2\npending|4", 'the dashboard line';
	$db->sql(q{select core.invitations_create(?, 'recipient', '1 hour', 1, 'INV-0011', null, null)}, $dina);
	$db->clock_move('2 hours');
	is answers(q{SELECT status FROM get_invitation_by_code('INV-0011')}), 'expired', 'what is over is expired at once';
	$db->sql('select core.job_sweep()');
	is answers(q{SELECT status FROM invitations WHERE invite_code = 'INV-0011'}), 'expired', 'and the upkeep says so in the table';
	is answers(q{SELECT core.invitations_expire()}), 0, '... once';
};

done_testing;
