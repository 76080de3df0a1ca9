# SPDX-License-Identifier: MIT
# How often one may fail to sign in.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my $n   = 0;

sub outcome ($answer) { $answer->{error} // $answer->{refused}{error} // 'in' }
sub guess ($address) { outcome(ask($dbh, 'api.login_link', $address, 'ff' x 32)) }
sub count ($what, @answers) { scalar grep { $_ eq $what } @answers }

# A fresh link for a fresh person.
sub link_of ($user) {
	my $hash = sprintf '%064x', ++$n;
	ask($dbh, 'core.login_link_add', $user, $hash);
	return $hash;
}
sub enter ($address, $user) { outcome(ask($dbh, 'api.login', undef, $address, link_of($user), sprintf('%064x', ++$n + 1e6), undef, undef)) }
my $ada = ask($dbh, 'core.identity_sign_in', 'telegram', '1001', '{}', undef);

subtest 'one address' => sub {
	my @got = race($db, map { ['api.login_link', '192.0.2.1', 'ff' x 32] } 1 .. 40);
	is count('unknown_link', map { outcome($_) } @got), 10, 'of forty guesses at once ten are looked at';
	is count('too_many_requests', map { outcome($_) } @got), 30, 'the others are told to wait';
	is_deeply [sort { $a <=> $b } grep { !/^(599|600)$/ } map { $_->{retry_after} // () } @got], [], 'for the whole period';
	is guess('192.0.2.2'), 'unknown_link', 'not so another';
	is enter('192.0.2.1', $ada), 'too_many_requests', 'who guessed too often does not get in by a good one either';
	$db->clock_move('10 minutes');
	is enter('192.0.2.1', $ada), 'in', 'until the period is over';
	is count('in', map { enter('192.0.2.3', $ada) } 1 .. 15), 15, 'signing in does not count as failing';
	is guess('2001:db8:1:2::1'), 'unknown_link', 'under IPv6';
	guess("2001:db8:1:2::$_") for 2 .. 10;
	is guess('2001:db8:1:2:ffff::1'), 'too_many_requests', 'the whole /64 is one';
	is guess('2001:db8:1:3::1'), 'unknown_link', 'and the next another';
	guess("::ffff:203.0.113.5") for 1 .. 10;
	is guess('203.0.113.5'), 'too_many_requests', 'an IPv4 address is one, whichever way it is written';
	is guess('::ffff:203.0.113.6'), 'unknown_link', 'and not all of them together';
	is guess($_), 'unknown_link', 'an odd address is one too' for undef, 'unix:', 'x' x 500;
};

subtest 'one person' => sub {
	my $eve = ask($dbh, 'core.identity_sign_in', 'telegram', '2002', '{}', undef);
	my @got = map { enter("198.51.100.$_", $eve) } 1 .. 31;
	is count('in', @got), 30, 'thirty sessions in a period';
	is $got[-1], 'too_many_requests', 'and no more';
	is $db->value('select count(*) from login_links where user_id = ? and used_at is null', $eve), 1, 'the last link is still good';
};

subtest 'everybody' => sub {
	$db->sql(q{update attempt_limits set overall = 50 where kind = 'link'});
	$db->sql('truncate attempts');
	guess("10.0.0.$_") for 1 .. 50;
	is $db->value(q{select count(*) from outbox where kind = 'alert_sign_in'}), 1, 'the operator is told of a storm';
	is guess('10.0.1.1'), 'unknown_link', 'then every address has one guess';
	is guess('10.0.1.1'), 'too_many_requests', 'and no second';
	is guess('10.0.0.1'), 'too_many_requests', 'also those who had one';
	is enter('10.0.1.2', $ada), 'in', 'who has a good link gets in';
	is $db->value(q{select count(*) from outbox where kind = 'alert_sign_in'}), 1, 'the operator is told once';
	$db->clock_move('10 minutes');
	is count('unknown_link', map { guess('10.0.1.1') } 1 .. 5), 5, 'until it is over';
};

subtest 'addresses' => sub {
	is $db->value(q{select count(*) from attempts where who !~ '^(client:[0-9a-f]{64}|person:[-0-9a-f]{36}|everybody)$'}), 0, 'are not kept';
	my $mark = ask($dbh, 'core.client_mark', '192.0.2.9');
	is ask($dbh, 'core.client_mark', '192.0.2.9'), $mark, 'one has one mark';
	$db->clock_move('1 day');
	isnt ask($dbh, 'core.client_mark', '192.0.2.9'), $mark, 'for a day';
	$db->clock_move('2 days');
	guess('192.0.2.9');
	is $db->value(q{select count(*) from attempts where since < core.now() - interval '1 day'}), 0, 'counts are forgotten in time';
	is $db->value('select count(*) from client_salts'), 1, 'after which nobody can tell any more';
};

done_testing;
