# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;

my $site = Gatehouse->site(handlers => [qw(session)]);
my $ada  = $site->value(q{select core.identity_sign_in('telegram', '1001', '{"first_name":"Ada","username":"ada"}', null)});
my %ada  = $site->session_of($ada);
my %here = (Origin => $site->conf->{PUBLIC_URL});

keeps_contract($site, 'session', GET => '/api/session', {%ada});

subtest 'who am I' => sub {
	my $user = $site->get('/api/session', %ada)->json->{user};
	is_deeply [sort keys %$user], [qw(id identities language name roles time_zone)], 'the members of the contract, and a name';
	is_deeply [@$user{qw(id name roles language time_zone)}], [$ada, 'Ada', [], undef, 'UTC'], 'who';
	delete $user->{identities}[0]{linked_at};
	is_deeply $user->{identities}, [{ kind => 'telegram', subject => '1001', name => 'Ada', username => 'ada' }], 'by what';
	is_deeply $site->get('/api/session', $site->session('driver'))->json->{user}{roles}, ['driver'], 'and with what right';
};

subtest 'signing out' => sub {
	my %other = $site->session_of($ada);
	error_is($site->request(DELETE => '/api/session', {%other}), 403, 'cross_site', 'not without a sign of where from');
	error_is($site->request(DELETE => '/api/session', { %other, Origin => 'https://evil.example' }), 403, 'cross_site', 'nor from elsewhere');
	is $site->get('/api/session', %other)->code, 200, 'still in';
	my $res = $site->request(DELETE => '/api/session', { %other, %here });
	is_deeply [$res->code, $res->json], [200, { ended => true }], 'out';
	like $res->headers->set_cookie, qr/^session=; .*Max-Age=0/, 'the cookie goes';
	error_is($site->get('/api/session', %other), 401, 'unauthorized', 'the session is over');
	is $site->get('/api/session', %ada)->code, 200, 'another browser stays in';
	is_deeply $site->request(DELETE => '/api/session', { %other, %here })->json, { ended => false }, 'again: nothing to end';
	my $nobody = $site->request(DELETE => '/api/session', {%here});
	is_deeply [$nobody->code, $nobody->json], [200, { ended => false }], 'without a cookie the same: who signs out is out';
	like $nobody->headers->set_cookie, qr/^session=; .*Max-Age=0/, '... and the cookie goes';
	is $site->request(DELETE => '/api/session', {})->code, 200, '... from wherever';
	error_is($site->get('/api/session'), 401, 'unauthorized', 'asking who one is stays 401');
};

done_testing;
