# SPDX-License-Identifier: MIT
# Whose an identity is, and how long a session lives.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use List::Util 'uniq';
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my $n   = 0;

sub sign_in ($kind, $subject, $user = undef, $profile = '{}') {
	return ask($dbh, 'core.identity_sign_in', $kind, $subject, $profile, $user);
}
sub open_session ($user, $agent = 'Firefox') {
	my $hash = sprintf '%064x', ++$n;
	ask($dbh, 'core.session_open', $user, $hash, $agent);
	return session_caller($hash);
}
sub refusal ($answer) { ref $answer ? $answer->{error} : $answer }
sub known ($caller) { refusal(ask($dbh, 'core.caller', $caller, '{session}')) // '' }
sub trials ($user) { $db->value(q{select count(*) from credit_transactions where type = 'trial' and user_id = ?}, $user) }
sub person ($user) { $db->value('select coalesce(merged_into, id) from users where id = ?', $user) }

# A payer nobody has claimed yet.
sub payer ($customer) { ask($dbh, 'core.stripe_person', undef, $customer, 'payer@example.test') }

my $ada = sign_in('telegram', '1001', undef, '{"first_name":"Ada","username":"ada"}');
subtest 'the first sign-in makes the person' => sub {
	like $ada, qr/^[0-9a-f-]{36}$/, 'a user';
	is trials($ada), 1, 'with a trial';
	like $db->value('select code from referral_codes where user_id = ?', $ada), qr/^CG-/, 'and a code of their own';
	is sign_in('telegram', '1001', undef, '{"first_name":"Ada","last_name":"Lovelace"}'), $ada, 'who is found the next time';
	is trials($ada), 1, 'without another trial';
	is_deeply ask($dbh, 'core.me_json', $ada), { id => $ada, name => 'Ada Lovelace', roles => [], admin => false,
		inviter => false, language => undef }, 'by the name they go by now';
};

subtest 'twenty at once are one person' => sub {
	my @got = race($db, map { ['core.identity_sign_in', 'telegram', '2002', '{}', undef] } 1 .. 20);
	is scalar(uniq @got), 1, 'one';
	is trials($got[0]), 1, 'with one trial';
};

subtest 'several identities of one person' => sub {
	my $wallet = '0x' . 'ab' x 20;
	is sign_in('wallet', $wallet, $ada), $ada, 'linked by who is signed in';
	is sign_in('wallet', $wallet), $ada, 'and good for signing in';
	is sign_in('wallet', $wallet, $ada), $ada, 'linking again changes nothing';
	is $db->value('select count(*) from identities where user_id = ?', $ada), 2, 'two';
	my $eve = sign_in('telegram', '3003');
	is_deeply sign_in('wallet', $wallet, $eve), { error => 'identity_taken', status => 409, kind => 'wallet' },
	    'what belongs to another is refused';
	is sign_in('wallet', $wallet), $ada, 'and stays theirs';
	$db->sql(q{delete from identities where kind = 'wallet' and subject = ?}, $wallet);
	my $again = sign_in('wallet', $wallet);
	isnt $again, $ada, 'once unlinked it makes a new person';
	is trials($again), 0, 'without a second trial';
};

subtest 'two who link one identity at once' => sub {
	my @people = map { sign_in('telegram', "40$_") } 1 .. 8;
	my @got = race($db, map { ['core.identity_sign_in', 'discord', '7777', '{}', $_] } @people);
	is scalar(grep { !ref } @got), 1, 'one has it';
	is scalar(grep { ref && ($_->{error} // '') eq 'identity_taken' } @got), 7, 'the others are refused';
};

subtest 'a payer is claimed' => sub {
	my $payer = payer('cus_claimed');
	is sign_in('telegram', '5005', $payer), $payer, 'by showing who they are';
	is $db->value('select placeholder from users where id = ?', $payer), 0, 'they stand for nobody any more';
	like $db->value('select code from referral_codes where user_id = ?', $payer), qr/^CG-/, 'and may bring others';

	my $known = sign_in('telegram', '6006');
	my $other = payer('cus_absorbed');
	$db->sql(q{select core.credits_grant(?::uuid, 'purchase', 100, 'paid', core.now())}, $other);
	my $session = open_session($other);
	my $link = sprintf '%064x', ++$n;
	ask($dbh, 'core.login_link_add', $other, $link);
	is sign_in('telegram', '6006', $other), $known, 'a payer signed in turns out to be somebody we know';
	is person($other), $known, 'the payer ends in them';
	is $db->value('select balance from credits where user_id = ?', $known), 105, 'with all that was paid for and one trial';
	is known($session), 'unauthorized', 'whoever else had a session of the payer is not in their account';
	is ask($dbh, 'api.login', undef, '192.0.2.1', $link, sprintf('%064x', ++$n), undef, undef)->{refused}{error}, 'link_used', 'nor is who had a link';

	my $third = payer('cus_third');
	is sign_in('stripe_customer', 'cus_third', $known), $known, 'and the other way round';
	is person($third), $known, 'too';

	my $fourth = payer('cus_fourth');
	ask($dbh, 'core.role_grant', $fourth, 'driver');
	is refusal(sign_in('telegram', '6006', $fourth)), 'identity_taken', 'a payer with a role is somebody, and stays so';
	is refusal(sign_in('stripe_customer', 'cus_fourth', $known)), 'identity_taken', 'from either side';
	is person($fourth), $fourth, 'with the role';
};

subtest 'spellings' => sub {
	for (['wallet', '0x' . 'AB' x 20], ['wallet', '0x12'], ['telegram', '@ada'], ['discord', 'ada#1']) {
		ok !eval { $dbh->selectrow_array(q{select core.identity_sign_in(?, ?, '{}', null)}, undef, @$_); 1 },
		    "$_->[0] $_->[1] is refused by the table";
	}
};

subtest 'sessions' => sub {
	my $session = open_session($ada, 'x' x 9000);
	is ask($dbh, 'core.session_open', $ada, 'short', undef)->{field}, 'session', 'a digest or nothing';
	is length $db->value('select user_agent from sessions order by created_at desc, length(user_agent) desc limit 1'), 500, 'a long name is cut';
	unlike known($session), qr/unauthorized/, 'known';
	my $seen = $db->value('select xmin || last_seen_at::text from sessions where user_id = ?', $ada);
	known($session) for 1 .. 3;
	is $db->value('select xmin || last_seen_at::text from sessions where user_id = ?', $ada), $seen, 'a request writes nothing';
	$db->clock_move('29 days');
	known($session);
	isnt $db->value('select xmin || last_seen_at::text from sessions where user_id = ?', $ada), $seen, 'but is noted after a while';
	$db->clock_move('29 days');
	unlike known($session), qr/unauthorized/, 'who comes back within thirty days stays signed in';
	$db->clock_move('30 days');
	like known($session), qr/unauthorized/, 'who does not is not';
	my $admin = open_session($ada);
	$db->sql(q{insert into user_roles (user_id, role) values (?, 'admin')}, $ada);
	known($admin);
	$db->clock_move('2 hours');
	known($admin);
	$db->clock_move('7 days');
	like known($admin), qr/unauthorized/, 'an admin for seven days';
	$db->sql('delete from user_roles');
	my $gone = open_session($ada);
	$db->sql('update sessions set revoked_at = core.now() where user_id = ?', $ada);
	like known($gone), qr/unauthorized/, 'a revoked one at once';
};

is verify_clean($dbh), '', 'clean books';
done_testing;
