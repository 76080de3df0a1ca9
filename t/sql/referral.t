# SPDX-License-Identifier: MIT
# Who came by whom, and that a trial is once per person.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Gatehouse::Stripe qw(event price session);
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my $key = key_caller('ab' x 32);
$db->sql(q{select core.key_create('app', ?)}, 'ab' x 32);

sub users (@args) { my $got = ask($dbh, 'api.users', $key, @args[0 .. 2]); return $got->{user} // $got }
sub trial ($user) { $db->value(q{select coalesce(sum(amount), 0)::bigint from credit_transactions where user_id = ? and type = 'trial'}, $user->{id}) }

subtest 'codes' => sub {
	my $ann = users('ann');
	like $ann->{referral_code}, qr/^CG-[23456789A-HJ-NP-Z]{6}$/, 'a code without characters that look alike';
	is $ann->{referred_by}, undef, 'nobody brought her';
	is users('ann')->{referral_code}, $ann->{referral_code}, 'always the same';
	$db->sql(q{insert into users (external_id) values ('old')});
	like users('old')->{referral_code}, qr/^CG-/, 'a user from before codes gets one when asked for';
	$db->sql(q{insert into users (external_id) select 'many' || i from generate_series(1, 3000) i});
	$db->sql(q{select core.referral_code(id) from users});
	my %seen = map { $_ => 1 } map { split // } map { $_->{code} =~ s/^CG-//r } $db->sql('select code from referral_codes');
	is keys %seen, 32, 'all 32 characters come';
	is $db->value('select count(distinct code) = count(*) from referral_codes'), 1, 'no code twice';
	my @race = race($db, map { ['core.referral_code', $db->value(q{insert into users (external_id) values ('race') on conflict (external_id) do update set language = null returning id})] } 1 .. 8);
	is scalar(keys %{ { map { $_ => 1 } @race } }), 1, 'asked for by eight at once it is one';
};

subtest 'who came by whose code' => sub {
	my $ann = users('ann');
	my $bob = users('bob', undef, lc " $ann->{referral_code} ");
	is $bob->{referred_by}, $ann->{referral_code}, 'bound at sign-up, however it is typed';
	is $db->value('select referrer_id from referral_bindings where user_id = ?', $bob->{id}), $ann->{id}, 'to the person';
	my $cat = users('cat');
	is users('bob', undef, $cat->{referral_code})->{referred_by}, $ann->{referral_code}, 'once and for good';
	is users('cat', undef, $ann->{referral_code})->{referred_by}, undef, 'who is there already is not bound later';
	is users('ann', undef, $bob->{referral_code})->{referred_by}, undef, 'so there is no circle';
	is_deeply users('dan', undef, 'CG-AAAAAA'), { error => 'invalid_field', status => 422, field => 'referral_code', reason => 'unknown' }, 'an unknown code is told';
	is $db->value(q{select count(*) from users where external_id = 'dan'}), 0, '... and nobody is made';
	my $eve = users('eve', 'eve@example.test');
	is_deeply users('eve2', 'Eve+x@example.test', $eve->{referral_code}),
	    { error => 'invalid_field', status => 422, field => 'referral_code', reason => 'own' }, 'nobody brings themselves by another account';
	ok !eval { $db->sql('insert into referral_bindings values ($1, $1, $2, now())', $eve->{id}, 'x'); 1 }, 'the table refuses it too';
	my @race = race($db, map { ['api.users', $key, 'fox', undef, $_ % 2 ? $ann->{referral_code} : $bob->{referral_code}] } 1 .. 10);
	is scalar(keys %{ { map { $_->{user}{referred_by} => 1 } @race } }), 1, 'ten sign-ups at once with two codes: one binding';
};

subtest 'a trial once per person' => sub {
	is trial(users('gus')), 5, 'a newcomer has a trial';
	is trial(users('hal', 'hal@example.test')), 5, 'of 5 credits';
	my @farm = map { users("farm$_", ($_ % 2 ? 'Hal' : 'hal') . "+$_\@Example.test") } 1 .. 70;
	is scalar(grep { trial($_) } @farm), 0, 'vm0#15772: 70 accounts of one address have none';
	is $db->value('select count(*) from credits where user_id = ?', $farm[0]{id}), 1, 'but a wallet they have';
	$db->sql(q{update users set external_id = null, email = null where external_id = 'gus'});
	is trial(users('gus')), 0, '21st#288: who deletes the account and registers again has had it';
	my @race = race($db, map { ['api.users', $key, "twin$_", 'twins@example.test'] } 1 .. 10);
	is scalar(grep { trial($_->{user}) } @race), 1, 'ten at once with one address: one trial';
	is $db->value(q{select count(*) from trial_marks where encode(mark, 'escape') ilike '%example%'}), 0, 'the marks tell no address';
};

subtest 'a payer who was a stranger' => sub {
	my $now = $db->value('select extract(epoch from core.now())::bigint');
	events_deliver($dbh, event('price.created', price('p', metadata => { credits => '100' })),
		event('checkout.session.completed', session('cs_1', customer => 'cus_1', metadata => { price_id => 'p' })));
	my $guest = { id => $db->value(q{select user_id from identities where subject = 'cus_1'}) };
	is trial($guest), 5, 'a placeholder has a trial';
	$db->sql(q{select core.meter_charge(?, 'chat', 3, null, null)}, $guest->{id});
	my $member = users('ida');
	$db->sql('select core.user_absorb(?, ?)', $guest->{id}, $member->{id});
	is $db->value('select balance from credits where user_id = ?', $member->{id}), 102, 'when claimed, the 3 that were spent of one trial end in the other';
	$db->sql(q{delete from identities where subject = 'cus_1'});
	events_deliver($dbh, event('checkout.session.completed', session('cs_2', customer => 'cus_1', metadata => { price_id => 'p' })));
	is $db->value(q{select count(*) from credit_transactions t join identities i using (user_id) where subject = 'cus_1' and type = 'trial'}), 0,
	    'a customer who was forgotten has no second one';
};

subtest 'the rule is data' => sub {
	$db->sql(q{update trial_rule set credits = 7, lasts = '3 days'});
	my $kim = users('kim');
	is trial($kim), 7, 'another number';
	$db->clock_move('3 days');
	is ask($dbh, 'api.credits', $key, 'kim')->{available}, 0, '... for a while';
	$db->sql('update trial_rule set credits = 0');
	is trial(users('lea')), 0, 'or none';
	is ask($dbh, 'api.credits', $key, 'lea')->{available}, 0, 'an empty wallet is read as any other';
	for my $bad ('credits = -1', "lasts = '-1 day'", 'credits = null') {
		ok !eval { $db->sql("update trial_rule set $bad"); 1 }, "$bad is refused";
	}
};

is verify_clean($dbh), '', 'clean books';
done_testing;
