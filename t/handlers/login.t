# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use Mojo::Util;

my $site = Gatehouse->site(handlers => [qw(login admin)], conf => { TELEGRAM_BOT_USERNAME => undef });

sub new_link (@who) {
	my ($status, $out) = $site->cli(@who ? ('login', 'link', @who) : ('admin', 'create'));
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
	page_error_is($site->form('/login', {}), 422, 'a form without one');
	my $fresh = new_link();
	page_error_is($site->form('/login', { token => $fresh }, Origin => 'https://evil.example'), 403,
	    "another site's form");
	page_error_is($site->json('/login', { token => $fresh }, Origin => 'https://evil.example', Accept => 'text/html'), 403,
	    'nor its script');
	$site->clock_move('1 year');
	page_error_is($site->form('/login', { token => $fresh }), 410, 'an expired link');
	$site->clock_move('-1 year');
	is sessions(), $before, 'no session came of it';
};

subtest 'links that another page embeds' => sub {
	my $failures = sub { $site->value(q{select coalesce(sum(count), 0) from attempts where kind = 'link'}) };
	my $before = $failures->();
	page_error_is($site->get('/login?token=unknown', 'Sec-Fetch-Dest' => 'image'), 403, 'are not looked at');
	is $failures->(), $before, 'so nobody who reads it is locked out';
	page_error_is($site->get('/login?token=unknown', 'Sec-Fetch-Dest' => 'document'), 404, 'one that was opened is');
};

subtest 'the ways in' => sub {
	my $dom = $site->get('/login')->dom;
	is $dom->find('form[action="/auth/telegram"]')->size, 0, 'no bot, no button for it';
	my $bot = Gatehouse->site(handlers => ['login'], conf => { TELEGRAM_BOT_USERNAME => 'gate_bot' });
	my $form = $bot->get('/login?next=/settings%3Fx%3D1')->dom->at('form[method=get][action="/auth/telegram"]');
	ok $form, 'with a bot there is one';
	is $form->at('input[name=next]')->{value}, '/settings?x=1', 'that remembers where one was going';
	for my $next ('//evil.example', '/\\evil.example', 'https://evil.example', '/..//evil', '/login', '/auth/telegram', "/a\tb", 'javascript:alert(1)') {
		my $res = $bot->get('/login?next=' . Mojo::Util::url_escape($next));
		ok $res->code == 422 || !$res->dom->at('input[name=next]') || $next eq '/..//evil', "$next is forgotten";
	}
};

subtest 'where one goes' => sub {
	my $ada = $site->value(q{select core.identity_sign_in('telegram', '1001', '{}', null)});
	my %go = ('/credits' => undef, '/settings?a=b' => '/settings?a=b', '/credits ' => '//evil.example', ' /credits' => 'https://evil.example/');
	is $site->form('/login', { token => new_link($ada), length $go{$_} ? (next => $go{$_}) : () })->headers->location,
	    s/ //gr, 'after signing in: ' . ($go{$_} // 'by role') for sort keys %go;
	my %ada = $site->session_of($ada);
	is $site->get('/login', %ada)->headers->location, '/credits', 'who is in goes on';
	is $site->get('/login?next=/settings', %ada)->headers->location, '/settings', 'to where they wanted';
	is $site->get('/login', $site->session('admin'))->headers->location, '/admin', 'an admin to the panel';
	is $site->get('/login', Cookie => 'session=' . 'x' x 43)->code, 200, 'a session that is over shows the door';
	my $door = $site->get('/admin?a=b&c=%2F', Accept => 'text/html')->headers->location;
	is $door, '/login?next=' . Mojo::Util::url_escape('/admin?a=b&c=%2F'), 'the door remembers the whole address';
	error_is($site->get('/admin', Accept => 'application/json'), 401, 'unauthorized', 'a program is told');
};

subtest 'a sign-in is a new session' => sub {
	my $ada = $site->value(q{select core.identity_sign_in('telegram', '1001', '{}', null)});
	my %old = $site->session_of($ada);
	my $res = $site->form('/login', { token => new_link($ada) }, %old);
	my ($new) = $res->headers->set_cookie =~ /^([^;]+)/;
	isnt $new, $old{Cookie}, 'with a token of its own';
	is $site->get('/login', %old)->code, 200, 'and the one before is over';
	my %fixed = (Cookie => 'session=' . 'f' x 43);
	unlike $site->form('/login', { token => new_link($ada) }, %fixed)->headers->set_cookie, qr/f{43}/, 'never one that was brought along';
};

subtest 'who guesses waits' => sub {
	my %from = ('X-Forwarded-For' => '192.0.2.7');
	my $waits = sub ($res) { $res->code == 429 ? $res->headers->header('Retry-After') : 0 };
	# What nginx refuses is to come back in a second, what the database refuses later.
	my $past_nginx = sub ($ask) { my $res; poll(sub { ($res = $ask->())->code; $waits->($res) != 1 }); $res };
	my @res = $site->together(map { [GET => "/login?token=guess$_", {%from}] } 1 .. 30);
	is scalar(grep { $_->code == 404 } @res), 10, 'ten of thirty guesses at once are looked at';
	is scalar(grep { $waits->($_) } @res), 20, 'the others are not';
	is scalar(grep { $waits->($_) == 1 } @res), 19, 'most by nginx';
	is scalar(grep { $waits->($_) > 500 && $waits->($_) <= 600 } @res), 1, 'and who gets past it by the database, for ten minutes';
	my $good = new_link();
	is $past_nginx->(sub { $site->form('/login', { token => $good }, %from) })->code, 429, 'a good link has to wait as well';
	is $site->form('/login', { token => $good }, 'X-Forwarded-For' => '192.0.2.8')->code, 303, 'for another address it works';
	$site->clock_move('10 minutes');
	is $past_nginx->(sub { $site->get('/login?token=guess', %from) })->code, 404, 'after ten minutes one may guess again';
	$site->clock_move('-10 minutes');
	is $site->value(q{select count(*) from attempts where who like '%192.0.2%'}), 0, 'no address is kept';
};

subtest 'nobody is refused for their browser' => sub {
	is $site->form('/login', { token => new_link() }, 'User-Agent' => "odd \xff\xc3 agent")->code, 303, 'it need not be text';
	is $site->value('select count(*) from sessions where user_agent is null'), 1, 'and then is not kept';
};

subtest 'a site on https' => sub {
	my $https = Gatehouse->site(handlers => ['login'], conf => { PUBLIC_URL => 'https://gate.example' });
	my ($status, $out) = $https->cli('admin', 'create');
	my ($secret) = $out =~ m{^https://gate\.example/login\?token=([\w-]+)$}m;
	like $https->form('/login', { token => $secret })->headers->set_cookie, qr/^__Host-session=.*; Secure/,
	    'has a __Host- cookie';
	for (['http', 403], ['https', 404]) {
		my ($scheme, $code) = @$_;
		my $res = $https->form('/login', { token => 'unknown' }, Host => 'gate.example', Origin => "$scheme://gate.example");
		page_error_is($res, $code, "its own page by $scheme: " . ($code == 403 ? 'anybody on the way wrote it' : 'is heard'));
	}
};

done_testing;
