# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;

my $site = Gatehouse->site(handlers => [qw(sign-out session)]);
my $ada  = $site->value(q{select core.identity_sign_in('telegram', '1001', '{}', null)});
my %form = ('Content-Type' => 'application/x-www-form-urlencoded', Origin => $site->conf->{PUBLIC_URL}, Accept => 'text/html');

keeps_contract($site, 'sign-out', POST => '/sign-out', {%form}, 'x=1');

subtest 'a button signs out' => sub {
	my %ada = $site->session_of($ada);
	page_error_is($site->form('/sign-out', {}, %ada, Origin => 'https://evil.example'), 403, 'not that of another site');
	is $site->get('/api/session', %ada)->code, 200, 'still in';
	my $res = $site->form('/sign-out', {}, %ada);
	is_deeply [$res->code, $res->headers->location], [303, '/login'], 'back to the door';
	like $res->headers->set_cookie, qr/^session=; .*Max-Age=0/, 'without the cookie';
	is $site->get('/api/session', %ada)->code, 401, 'out';
	is $site->form('/sign-out', {}, %ada)->code, 303, 'also when it was over already';
	is $site->form('/sign-out', {})->code, 303, 'or there never was one';
};

done_testing;
