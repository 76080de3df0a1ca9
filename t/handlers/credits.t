# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use utf8;

my $site = Gatehouse->site(handlers => [qw(credits users stripe-webhook credit-meter)]);
my %key  = $site->bearer($site->key);
my $ada  = $site->user('ada', 100);

sub credits ($user, %headers) { $site->get("/api/credits?user_id=$user", %headers) }

keeps_contract($site, 'credits', GET => "/api/credits?user_id=$ada", {%key});

subtest 'what a wallet shows' => sub {
	my $got = credits($ada, %key)->json;
	is_deeply [@$got{qw(user_id balance available)}], [$ada, 105, 105], 'balance';
	is_deeply [map { [@$_{qw(source amount remaining)}] } @{ $got->{lots} }],
	    [['trial', 5, 5], ['purchase', 100, 100]], 'lots in the order they burn';
	is $got->{streak}{days}, 0, 'no streak yet';
	$site->json('/functions/v1/credit-meter', { user_id => $ada, agent => 'image', quantity => 2 }, %key);
	$got = credits($ada, %key)->json;
	is $got->{balance}, 95, 'follows the meter';
	is_deeply [map { $_->{remaining} } grep { $_->{remaining} } @{ $got->{lots} }], [95],
	    'granted burns before paid';
	is $got->{streak}{days}, 1, 'a day of use is a streak of one';
};

subtest 'expiry' => sub {
	$site->sql(q{select core.credits_grant(?::uuid, 'bonus', 30, 'test:expiring', core.now(),
		p_expires_at => core.now() + interval '2 days')}, $ada);
	my $got = credits($ada, %key)->json;
	is $got->{balance}, 125, 'a lot that expires counts';
	is $got->{next_expiry}{amount} // $got->{next_expiry}{remaining}, 30,
	    'and is named as the next to go';
	$site->clock_move('3 days');
	is credits($ada, %key)->json->{available}, 95, 'past its time it is not available, sweep or not';
	$site->clock_move('-3 days');
};

subtest 'who may look' => sub {
	my %ada = $site->bearer($site->jwt(sub => 'ada'));
	is $site->get('/api/credits', %ada)->json->{user_id}, $ada, 'a user sees their own';
	is credits($ada, %ada)->code, 200, 'also by name';
	my %eve = $site->bearer($site->jwt(sub => 'eve'));
	error_is(credits($ada, %eve), 403, 'forbidden', "not another's");
	is $site->get('/api/credits', %eve)->json->{balance}, 5,
	    'a first valid token makes the user, with the trial';
	error_is($site->get('/api/credits', %key), 422, 'invalid_field',
	    'a key says whose', field => 'user_id');
	error_is(credits('nobody', %key), 404, 'unknown_user', 'an unknown user');
	error_is(credits($ada, $site->bearer($site->key('other'))), 403, 'forbidden',
	    'a key without the scope');
	is credits('ada', %key)->json->{user_id}, $ada, 'a key may use the external id';
};

is $site->value('select count(*) from user_activity'), 1, 'reading counts as no activity';

done_testing;
