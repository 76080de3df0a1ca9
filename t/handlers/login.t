# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;

my $site = Gatehouse->site(handlers => [qw(login admin)]);

sub new_link ($role = 'admin') {
	my ($status, $out) = $site->cli('admin', 'link', '--role', $role);
	my ($token) = $out =~ /token=([\w-]+)/ or die $out;
	return $token;
}
sub sessions { $site->value('select count(*) from sessions') }

my $token = new_link();
keeps_contract($site, 'login', GET => "/login?token=$token");

subtest 'a link is only looked at by GET' => sub {
	for (1 .. 3) { $site->get("/login?token=$token") }
	is sessions(), 0, 'no session';
	my $dom = $site->get("/login?token=$token")->dom;
	is $dom->at('form[method=post][action="/login"] input[name=token]')->attr('value'), $token,
	    'it asks first';
	is $site->get("/login?token=$token")->headers->header('Referrer-Policy'), 'no-referrer',
	    'and tells nobody';
	unlike $site->log($_), qr/\Q$token/, "the token is not in the log of $_" for qw(login access nginx);
};

subtest 'and used by POST, once' => sub {
	my $res = $site->form('/login', { token => $token });
	is_deeply [$res->code, $res->headers->location], [303, '/admin'], 'leads to the panel';
	my $cookie = $res->headers->set_cookie;
	like $cookie, qr/^session=[\w-]{40,}; /, 'with a cookie';
	like $cookie, qr/; \Q$_\E(;|$)/, "that is $_" for qw(HttpOnly SameSite=Lax Path=/);
	my ($pair) = $cookie =~ /^([^;]+)/;
	is $site->get('/admin', Cookie => $pair)->code, 200, 'which opens the panel';
	my ($secret) = $pair =~ /=(.*)/;
	is $site->value('select count(*) from sessions where encode(token_hash, ?) = ?', 'escape', $secret), 0,
	    'the database has only its hash';
	page_error_is($site->form('/login', { token => $token }), 410, 'a second use');
	page_error_is($site->get("/login?token=$token"), 410, 'a second look');
	is sessions(), 1, 'one session';
};

subtest 'ten at once get one session' => sub {
	my $fresh = new_link();
	my @res = $site->together(map { [POST => '/login', { 'Content-Type' => 'application/x-www-form-urlencoded' }, "token=$fresh"] } 1 .. 10);
	is scalar(grep { $_->code == 303 } @res), 1, 'one is let in';
	is sessions(), 2, 'one session more';
};

subtest 'refusals' => sub {
	my $before = sessions();
	page_error_is($site->get('/login?token=unknown'), 404, 'an unknown link');
	page_error_is($site->form('/login', { token => 'unknown' }), 404, 'used');
	page_error_is($site->get('/login'), 422, 'no token');
	page_error_is($site->form('/login', {}), 422, 'a form without one');
	my $fresh = new_link();
	page_error_is($site->form('/login', { token => $fresh }, Origin => 'https://evil.example'), 403,
	    "another site's form");
	$site->clock_move('1 year');
	page_error_is($site->form('/login', { token => $fresh }), 410, 'an expired link');
	$site->clock_move('-1 year');
	is sessions(), $before, 'no session came of it';
	my ($status) = $site->cli('admin', 'link', '--role', 'king');
	isnt $status, 0, 'there is no link for an unknown role';
};

subtest 'nobody is refused for their browser' => sub {
	is $site->form('/login', { token => new_link() }, 'User-Agent' => "odd \xff\xc3 agent")->code, 303, 'it need not be text';
	is $site->value('select count(*) from sessions where user_agent is null'), 1, 'and then is not kept';
};

subtest 'a site on https' => sub {
	my $https = Gatehouse->site(handlers => ['login'], conf => { PUBLIC_URL => 'https://gate.example' });
	my ($status, $out) = $https->cli('admin', 'link');
	my ($secret) = $out =~ m{^https://gate\.example/login\?token=([\w-]+)$}m;
	like $https->form('/login', { token => $secret })->headers->set_cookie, qr/^__Host-session=.*; Secure/,
	    'has a __Host- cookie';
};

done_testing;
