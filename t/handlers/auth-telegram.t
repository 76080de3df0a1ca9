# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use Mojo::URL;

my $site = Gatehouse->site(handlers => ['auth-telegram']);
my $path = '/auth/telegram';

sub rows { $site->value('select count(*) from telegram_sign_ins') }
sub target ($res) { Mojo::URL->new($res->headers->location) }
sub cookie ($res) { my ($pair) = ($res->headers->set_cookie // '') =~ /^([^;]+)/; return $pair }

keeps_contract($site, 'auth-telegram', GET => $path);

subtest 'the browser is sent to Telegram' => sub {
	my $res = $site->get("$path?next=/settings");
	is $res->code, 303, 'by a redirect';
	my $url = target($res);
	is $url->clone->query('')->to_string, $site->conf->{TELEGRAM_OIDC_BASE} . '/auth', 'to its door';
	my %q = %{ $url->query->to_hash };
	is_deeply { map { ($_ => $q{$_}) } qw(response_type client_id redirect_uri scope code_challenge_method) },
	    { response_type => 'code', client_id => '110201543', redirect_uri => 'http://gatehouse.test/auth/telegram/callback',
		scope => 'openid profile telegram:bot_access', code_challenge_method => 'S256' }, 'as the protocol has it';
	like $q{$_}, qr/^[\w-]{43}$/, "with a $_ nobody can guess" for qw(state nonce code_challenge);
	like $res->headers->set_cookie, qr/^telegram=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/, 'and a cookie for ten minutes';
	my $secret = cookie($res) =~ s/.*=//r;
	my $kept = encode_json($site->sql('select s.*, encode(state_hash, ?) as h from telegram_sign_ins s', 'hex'));
	unlike $kept, qr/\Q$_/, 'neither is in the database' for $secret, @q{qw(state nonce)};
	unlike $site->log($_), qr/\Q$secret\E|\Q$q{state}\E/, "nor in the log of $_" for qw(auth-telegram access nginx);
	my $again = $site->get($path, Cookie => cookie($res));
	is cookie($again), cookie($res), 'a second window shares the cookie';
	isnt target($again)->query->param($_), $q{$_}, "but not the $_" for qw(state nonce code_challenge);
	isnt cookie($site->get($path, Cookie => "telegram=$_")), "telegram=$_", 'a cookie that is none of ours is replaced' for 'short', 'x' x 44, '../' x 14 . 'y';
};

subtest 'what is kept for the way back' => sub {
	my $last = sub { ($site->sql('select next, invite, user_id from telegram_sign_ins order by created_at desc, state_hash limit 1'))[0] };
	$site->sql('delete from telegram_sign_ins');
	$site->form($path, { next => '/invite/x', invite => 'INV-1' });
	is_deeply $last->(), { next => '/invite/x', invite => 'INV-1', user_id => undef }, 'a path and an invitation';
	for my $next ('https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/auth/telegram') {
		$site->sql('delete from telegram_sign_ins');
		is $site->form($path, { next => $next })->code, 303, "not $next";
		is $last->()->{next}, undef, 'which leads elsewhere';
	}
	$site->sql('delete from telegram_sign_ins');
	$site->get("$path?invite=INV-1");
	is $last->()->{invite}, undef, 'GET accepts no invitation';
	my $user = $site->value(q{insert into users (external_id) values ('u') returning id});
	$site->sql('delete from telegram_sign_ins');
	$site->get($path, $site->session_of($user));
	is $last->()->{user_id}, $user, 'who is signed in';
	$site->clock_move('2 days');
	$site->get($path);
	is rows(), 1, 'what is long over is forgotten';
	$site->clock_move('-2 days');
};

subtest 'refusals' => sub {
	my $before = rows();
	page_error_is($site->form($path, { next => '/' }, Origin => 'https://evil.example'), 403, "another site's form");
	page_error_is($site->form($path, { invite => $_ }), 422, "an invitation that is no code: $_") for '../admin', 'x' x 65;
	page_error_is($site->form($path, { next => '/' . 'x' x 500 }), 422, 'a path too long');
	page_error_is($site->form($path, { session_id => 'cs_unknown' }), 404, 'an unknown purchase');
	is rows(), $before, 'nothing is kept';
	for my $name (qw(TELEGRAM_BOT_TOKEN TELEGRAM_CLIENT_SECRET)) {
		my $none = Gatehouse->site(handlers => ['auth-telegram'], conf => { $name => undef });
		page_error_is($none->get($path), 503, "a site without $name");
		is $none->value('select count(*) from telegram_sign_ins'), 0, 'begins nothing';
	}
};

subtest 'a site on https' => sub {
	my $https = Gatehouse->site(handlers => ['auth-telegram'], conf => { PUBLIC_URL => 'https://gate.example', TELEGRAM_OIDC_BASE => undef });
	my $res = $https->get($path);
	like $res->headers->set_cookie, qr/^__Host-telegram=.*; Secure$/, 'has a __Host- cookie';
	is target($res)->host, 'oauth.telegram.org', 'Telegram is at its own address';
	like $res->headers->content_security_policy, qr/form-action[^;]* https:\/\/oauth\.telegram\.org/, 'where forms may lead';
};

done_testing;
