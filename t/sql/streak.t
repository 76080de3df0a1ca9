# SPDX-License-Identifier: MIT
# Smart Streaks: days in a row by the user's own calendar, each rule once per
# person.  manifold#3991: a streak breaks at midnight, not after 24 hours.
# PHASE#235: whose midnight? the user's, not UTC's.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my $key = key_caller('ab' x 32);
$db->sql(q{select core.key_create('app', ?)}, 'ab' x 32);

sub at ($moment) { $db->sql(q{select core.clock_move(?::timestamptz - core.now())}, $moment) }
sub person ($name, $zone = 'UTC') {
	my $user = $db->value('select core.user_create(?, null)', $name);
	$db->sql('update users set time_zone = ? where id = ?', $zone, $user);
	$db->sql(q{select core.credits_grant(?, 'adjustment', 1000, 'gift:' || ?, core.now())}, $user, $name);
	return $user;
}
# Is active at each of these moments.
sub active ($user, @moments) {
	for (@moments) {
		at($_);
		die 'no meter' if ask($dbh, 'api.credit_meter', $key, $user, 'chat', 1, undef, undef)->{error};
	}
}
sub streak ($user) { ask($dbh, 'api.credits', $key, $user)->{streak} }
sub days ($user) { streak($user)->{days} }
sub bonus ($user) { $db->value(q{select coalesce(sum(amount), 0)::bigint from credit_transactions where user_id = ? and type = 'bonus'}, $user) }
my $people = 0;
# A new person there, active at these moments: days of the streak and the bonus.
sub run_of ($zone, @moments) {
	my $user = person('p' . ++$people, $zone);
	active($user, @moments);
	return [days($user), bonus($user)];
}

subtest 'rules' => sub {
	my $user = person('rules');
	at('2027-01-01 12:00 UTC');
	is_deeply streak($user), { days => 0, next => { days => 3, credits => 1, in => 3 } }, 'at first there is everything to come';
	active($user, '2027-01-01 12:00 UTC', '2027-01-01 18:00 UTC', '2027-01-02 12:00 UTC');
	is_deeply streak($user), { days => 2, next => { days => 3, credits => 1, in => 1 } }, 'after two days one is missing';
	is bonus($user), 0, 'nothing yet';
	my $answer = ask($dbh, 'api.credits', $key, $user)->{balance};
	active($user, '2027-01-03 12:00 UTC');
	is bonus($user), 1, 'the third day brings 1';
	is $db->value('select balance from credits where user_id = ?', $user), $answer, '... at that very activity';
	active($user, map { "2027-01-0$_ 12:00 UTC" } 4 .. 7);
	is_deeply [bonus($user), streak($user)], [6, { days => 7, next => { days => 30, credits => 25, in => 23 } }], 'the seventh 5';
	active($user, map { sprintf '2027-01-%02d 12:00 UTC', $_ } 8 .. 31);
	is bonus($user), 31, 'the thirtieth 25';
	is_deeply streak($user), { days => 31, next => undef }, 'then nothing is left to earn';
	active($user, map { sprintf '2027-03-%02d 12:00 UTC', $_ } 1 .. 10);
	is_deeply [days($user), bonus($user)], [10, 31], 'a second streak counts, but each bonus came once';
	$db->sql('insert into streak_rules (days, credits) values (11, 100)');
	is_deeply streak($user)->{next}, { days => 11, credits => 100, in => 1 }, 'a new rule is shown at once';
	active($user, '2027-03-11 12:00 UTC');
	is bonus($user), 131, '... and holds';
	$db->sql('update streak_rules set active = false where days = 11');
	for my $bad ('(0, 1)', '(5, 0)', '(3, 9)', '(-1, 1)') {
		ok !eval { $db->sql("insert into streak_rules values $bad"); 1 }, "the rule $bad is refused";
	}
};

subtest 'breaks' => sub {
	is_deeply run_of('UTC', '2027-01-01 00:00:00 UTC', '2027-01-02 23:59:59 UTC', '2027-01-03 00:00:00 UTC'), [3, 1],
	    'manifold#3991: 48 hours less a second between two days next to each other is no break';
	is_deeply run_of('UTC', '2027-01-01 23:59:59 UTC', '2027-01-03 00:00:00 UTC', '2027-01-04 00:00 UTC'), [2, 0],
	    'manifold#3991: 24 hours and a second over a whole day is one';
	my $user = person('yesterday');
	active($user, '2027-01-01 12:00 UTC', '2027-01-02 12:00 UTC');
	at('2027-01-03 23:59:59 UTC');
	is days($user), 2, 'until midnight today can still come';
	at('2027-01-04 00:00:00 UTC');
	is days($user), 0, 'then it is over';
};

subtest 'the calendar' => sub {
	is_deeply run_of('UTC', map { "$_ 09:00 UTC" } '2028-02-28', '2028-02-29', '2028-03-01'), [3, 1], 'a leap day counts';
	is_deeply run_of('UTC', map { "$_ 09:00 UTC" } '2028-02-28', '2028-03-01', '2028-03-02'), [2, 0], '... and is missed';
	is_deeply run_of('UTC', map { "$_ 09:00 UTC" } '2027-02-27', '2027-02-28', '2027-03-01'), [3, 1], 'no leap day is waited for';
	is_deeply run_of('UTC', map { "$_ 09:00 UTC" } '2027-12-30', '2027-12-31', '2028-01-01'), [3, 1], 'years and months end';
};

subtest 'whose midnight' => sub {
	is_deeply run_of('Pacific/Kiritimati', '2027-06-01 09:59:59 UTC', '2027-06-01 10:00:00 UTC', '2027-06-02 10:00:00 UTC'), [3, 1],
	    'PHASE#235: in Kiritimati a day begins at 10:00 UTC';
	is_deeply run_of('UTC', '2027-06-01 09:59:59 UTC', '2027-06-01 10:00:00 UTC', '2027-06-02 10:00:00 UTC'), [2, 0],
	    '... where UTC sees two';
	is_deeply run_of('America/New_York', '2027-01-10 04:59:59 UTC', '2027-01-10 05:00:00 UTC', '2027-01-12 04:59:59 UTC'), [3, 1],
	    'PHASE#235: in New York at 05:00 in winter';
	is_deeply run_of('America/New_York', '2027-07-10 03:59:59 UTC', '2027-07-10 04:00:00 UTC', '2027-07-12 03:59:59 UTC'), [3, 1],
	    '... and at 04:00 in summer';
	is_deeply run_of('Asia/Kathmandu', '2027-01-10 18:14:59 UTC', '2027-01-10 18:15:00 UTC', '2027-01-11 18:15:00 UTC'), [3, 1],
	    'a zone of 5 hours and 45 minutes';
};

subtest 'clocks that change' => sub {
	# 2027-03-14: 23 hours, 2027-11-07: 25 hours in New York.
	is_deeply run_of('America/New_York', '2027-03-13 23:59 America/New_York', '2027-03-14 00:00 America/New_York',
		'2027-03-14 23:59 America/New_York', '2027-03-15 00:00 America/New_York'), [3, 1], 'a day of 23 hours is a day';
	is_deeply run_of('America/New_York', '2027-11-06 12:00 America/New_York', '2027-11-07 05:30 UTC', '2027-11-07 06:30 UTC',
		'2027-11-08 04:59:59 UTC'), [2, 0], 'a day of 25 hours is one day, its repeated hour no second one';
	is_deeply run_of('America/New_York', '2027-11-06 12:00 America/New_York', '2027-11-08 04:59:59 UTC', '2027-11-08 05:00 UTC'), [3, 1],
	    '... to its last second';
	is_deeply run_of('Pacific/Apia', '2011-12-29 12:00 Pacific/Apia', '2011-12-31 12:00 Pacific/Apia'), [1, 0],
	    'a date that was left out breaks it: what the calendar shows';
};

subtest 'a traveller' => sub {
	my $zone = sub ($user, $zone) { $db->sql('update users set time_zone = ? where id = ?', $zone, $user) };
	my $west = person('west', 'Asia/Tokyo');
	active($west, '2027-05-01 12:00 Asia/Tokyo', '2027-05-02 08:00 Asia/Tokyo');
	$zone->($west, 'America/Los_Angeles');
	active($west, '2027-05-01 20:00 America/Los_Angeles');
	is_deeply [days($west), bonus($west)], [1, 0], 'going west a date comes twice and counts once';
	active($west, '2027-05-02 20:00 America/Los_Angeles', '2027-05-03 20:00 America/Los_Angeles');
	is_deeply [days($west), bonus($west)], [3, 1], '... and the streak goes on';
	my $east = person('east', 'America/Los_Angeles');
	active($east, '2027-05-01 20:00 America/Los_Angeles');
	$zone->($east, 'Asia/Tokyo');
	active($east, '2027-05-02 20:00 Asia/Tokyo', '2027-05-03 20:00 Asia/Tokyo');
	is_deeply [days($east), bonus($east)], [3, 1], 'going east no date is lost';
	$zone->($east, 'Pacific/Pago_Pago');
	active($east, '2027-05-03 23:00 Asia/Tokyo');
	is bonus($east), 1, 'moving back and forth earns nothing twice';
};

subtest 'charged in a batch' => sub {
	my $user = person('batch');
	active($user, '2027-08-01 12:00 UTC', '2027-08-02 12:00 UTC');
	at('2027-08-03 12:00 UTC');
	$db->value('select api.credit_meter_batch($1, $2, $3, $4, $5, $6, $7)', ['a', 'b'], [$key, $key], [$user, $user], ['chat', 'image'],
		[1, 1], ['k1', 'k2'], ['{}', '{}']);
	is_deeply [days($user), bonus($user)], [3, 1], 'the streak counts as well, once for the batch';
	is $db->value('select balance from credits where user_id = ?', $user), 1005 - 2 - 6 + 1, 'beside the charges';
	is verify_clean($dbh), '', 'the ledger stays in order';
};

subtest 'at once and merged' => sub {
	my $user = person('racer');
	active($user, '2027-09-01 12:00 UTC', '2027-09-02 12:00 UTC');
	at('2027-09-03 12:00 UTC');
	my @race = race($db, map { ['api.credit_meter', $key, $user, 'chat', 1, undef, undef] } 1 .. 10);
	is scalar(grep { $_->{success} } @race), 10, 'ten charges at once';
	is bonus($user), 1, 'bring one bonus';
	my $guest = $db->value(q{select core.user_create(null, null, true)});
	active($guest, map { "2027-10-0$_ 12:00 UTC" } 1 .. 3);
	$db->sql('select core.user_absorb(?, ?)', $guest, my $member = person('member'));
	active($member, map { "2027-11-0$_ 12:00 UTC" } 1 .. 3);
	is $db->value(q{select count(*) from credit_transactions where effect like 'streak:3:%' and user_id in (?, ?)}, $guest, $member), 1,
	    'who was a placeholder before has had it';
};

is verify_clean($dbh), '', 'clean books';
done_testing;
