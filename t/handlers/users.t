# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;

my $site = Gatehouse->site(handlers => ['users']);
my %key  = $site->bearer($site->key);

sub users ($fields, %headers) { $site->json('/api/users', $fields, %headers) }

keeps_contract($site, 'users', $site->json_request('/api/users', { external_id => 'a-1' }, %key));

subtest 'a new user' => sub {
	my $res = users({ external_id => 'b-2', email => 'b@example.test' }, %key);
	my $user = $res->json->{user};
	is_deeply [@$user{qw(external_id email)}], ['b-2', 'b@example.test'], 'has what was said';
	like $user->{id}, qr/^[0-9a-f-]{36}$/, 'and an id';
	is $site->value('select balance from credits where user_id = ?', $user->{id}), 5,
	    '5 trial credits';
	is users({ external_id => 'b-2' }, %key)->json->{user}{id}, $user->{id}, 'again: the same user';
	is $site->value(q{select count(*) from credit_transactions where type = 'trial' and user_id = ?}, $user->{id}), 1,
	    'the trial once';
};

subtest '20 at once make one user with one trial' => sub {
	my @res = $site->together(map { [$site->json_request('/api/users', { external_id => 'c-3' }, %key)] } 1 .. 20);
	my %ids = map { ($_ && $_->json ? $_->json->{user}{id} // '' : '') => 1 } @res;
	is keys %ids, 1, 'one id' or diag join "\n", map { $_ ? $_->body : 'none' } @res;
	is $site->value(q{select count(*) from users where external_id = 'c-3'}), 1, 'one row';
	is $site->value('select balance from credits where user_id = ?', keys %ids), 5, 'one trial';
};

subtest 'a referral code' => sub {
	my $ann = users({ external_id => 'ann' }, %key)->json->{user};
	like $ann->{referral_code}, qr/^CG-[2-9A-HJ-NP-Z]{6}$/, 'everybody has one';
	my $bob = users({ external_id => 'bob', referral_code => $ann->{referral_code} }, %key)->json->{user};
	is $bob->{referred_by}, $ann->{referral_code}, 'and may come by one';
	my $before = $site->state;
	error_is(users({ external_id => 'cat', referral_code => $_ }, %key), 422, 'invalid_field', "not by '$_'", field => 'referral_code')
	    for 'CG-AAAAAA', '', 'x' x 41, "CG-\n";
	is $site->state, $before, 'then nobody is made';
};

subtest 'input' => sub {
	my $before = $site->state;
	for (['external_id', {}, 'nothing'], ['external_id', { external_id => '' }, 'empty'],
		['external_id', { external_id => 7 }, 'a number'], ['external_id', { external_id => ['x'] }, 'an array'],
		['external_id', { external_id => 'x' x 256 }, 'too long'], ['external_id', { external_id => "a\nb" }, 'a line break'],
		['email', { external_id => 'd', email => 'nobody' }, 'no at sign'], ['email', { external_id => 'd', email => true }, 'a boolean']) {
		my ($field, $body, $what) = @$_;
		error_is(users($body, %key), 422, 'invalid_field',
		    "$what: 422 names $field", field => $field);
	}
	is $site->state, $before, 'nothing changed';
	is users({ external_id => 'x' x 255 }, %key)->code, 200, '255 characters are accepted';
	is users({ external_id => 'Ünïcødé 🚪' }, %key)->json->{user}{external_id}, 'Ünïcødé 🚪',
	    'any letters are';
};

subtest 'credentials' => sub {
	error_is(users({ external_id => 'e' }, $site->bearer($site->key('read'))), 403, 'forbidden',
	    'a key without the scope');
	error_is(users({ external_id => 'e' }, $site->bearer($site->jwt(sub => 'e'))), 401, 'unauthorized',
	    "a user's token");
	my $key = $site->key;
	is users({ external_id => 'f' }, apikey => $key)->code, 200, 'the apikey header is as good';
	$site->cli('key', 'revoke', $site->value('select name from service_keys order by id desc limit 1'));
	error_is(users({ external_id => 'f' }, $site->bearer($key)), 401, 'unauthorized',
	    'a revoked key');
	is $site->value(q{select count(*) from users where external_id = 'e'}), 0, 'no user came of it';
};

done_testing;
