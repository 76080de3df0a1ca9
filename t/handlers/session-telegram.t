# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use Gatehouse::Telegram qw(widget);
use Mojo::Parameters;

my $site  = Gatehouse->site(handlers => [qw(session-telegram session)]);
my $path  = '/api/session/telegram';
my $token = $site->conf->{TELEGRAM_BOT_TOKEN};
my $n     = 0;
my $most  = $site->value(q{select per_client from attempt_limits where kind = 'telegram'});

# A person nobody has seen yet, and their fields as Telegram signs them.
sub stranger (%more) { return widget($token, id => 5_000_000_000 + ++$n, first_name => 'Anna', username => 'anna', %more) }
sub sign_in ($fields, %headers) { $site->json($path, $fields, %headers) }
sub cookie ($res) { my ($pair) = ($res->headers->set_cookie // '') =~ /^([^;]+)/; return $pair }

keeps_contract($site, 'session-telegram', POST => $path, { 'Content-Type' => 'application/json' }, encode_json(stranger()));

subtest 'who comes with a good hash' => sub {
	my $fields = stranger(last_name => 'Петрова', photo_url => 'https://t.me/i/userpic/1.jpg');
	my $res    = sign_in($fields);
	is $res->code, 200, 'is let in' or diag $res->body;
	is_deeply [map { @$_{qw(kind subject name username)} } @{ $res->json->{user}{identities} }],
	    ['telegram', "$fields->{id}", 'Anna Петрова', 'anna'], 'as who they are there';
	like $res->headers->set_cookie, qr/^session=[\w-]{43}; .*HttpOnly; SameSite=Lax/, 'with a session';
	is $site->get('/api/session', Cookie => cookie($res))->json->{user}{id}, $res->json->{user}{id}, 'that works';
	is $site->value('select balance from credits where user_id = ?', $res->json->{user}{id}), 5, 'and the trial';
	my $again = sign_in(widget($token, id => $fields->{id}, first_name => 'Ann'));
	is $again->json->{user}{id}, $res->json->{user}{id}, 'the next time it is the same person';
	is $again->json->{user}{name}, 'Ann', 'by the name they have now';
	is $site->value('select balance from credits where user_id = ?', $res->json->{user}{id}), 5, 'without another trial';
	my $form = Mojo::Parameters->new(%{ stranger() })->to_string;
	is $site->post($path, { 'Content-Type' => 'application/x-www-form-urlencoded' }, $form)->code, 200, 'a form does as well';
	is sign_in(stranger(favourite => 'blue'))->code, 200, 'fields that Telegram adds one day take part in the hash';
};

subtest 'each hash is good once' => sub {
	my $fields = stranger();
	my @res = $site->together(map { [$site->json_request($path, $fields)] } 1 .. 10);
	is scalar(grep { $_->code == 200 } @res), 1, 'of ten at once one is let in';
	is_deeply { map { (($_->json->{error}{code} // 'in') => 1) } @res }, { in => 1, sign_in_stale => 1 }, 'the others are told why not';
	error_is(sign_in($fields), 410, 'sign_in_stale', 'nor later');
	$site->clock_move('9 minutes');
	error_is(sign_in($fields), 410, 'sign_in_stale', 'nor nine minutes later');
	$site->clock_move('2 minutes');
	error_is(sign_in($fields), 410, 'sign_in_stale', 'nor eleven');
	$site->clock_move('21 minutes');
	is sign_in(stranger(auth_date => (time | 0) + 32 * 60))->code, 200, 'a fresh one is, also then';
	is $site->value('select count(*) from telegram_widget_logins where hash = decode(?, ?)', $fields->{hash}, 'hex'), 0, 'what is too old is forgotten';
	$site->clock_move('-32 minutes');
};

subtest 'refused, and nothing changes' => sub {
	my $before = $site->state;
	my $good   = stranger();
	my %wrong  = (
		'another token' => widget('110201543:other', %$good), 'another id' => { %$good, id => $good->{id} + 1 },
		'another name' => { %$good, first_name => 'Eve' }, 'a field more' => { %$good, last_name => 'Eve' },
		'an empty field more' => { %$good, last_name => '' }, 'a field less' => { map { $_ => $good->{$_} } grep { $_ ne 'username' } keys %$good },
		'no hash' => { map { $_ => $good->{$_} } grep { $_ ne 'hash' } keys %$good }, 'an empty hash' => { %$good, hash => '' },
		'a hash in capitals' => { %$good, hash => uc $good->{hash} }, 'a hash cut short' => { %$good, hash => substr $good->{hash}, 0, 63 },
		'two fields in one' => { %$good, first_name => undef, 'auth_date' => "$good->{auth_date}\nfirst_name=Anna" },
		'a border moved' => { %$good, first_name => undef, 'first_name=An' => 'na' },
		'a list' => { %$good, id => [$good->{id}] }, 'a truth' => { %$good, is_bot => true }, 'nothing' => {},
		'many fields' => { %$good, map { ("x$_" => 'y') } 1 .. 40 },
	);
	for my $what (sort keys %wrong) {
		my $fields = { map { $_ => $wrong{$what}{$_} } grep { defined $wrong{$what}{$_} } keys %{ $wrong{$what} } };
		error_is(sign_in($fields), 403, 'sign_in_failed', $what);
	}
	error_is(sign_in(stranger(auth_date => time - 601)), 410, 'sign_in_stale', 'ten minutes old');
	error_is(sign_in(stranger(auth_date => time + 70)), 410, 'sign_in_stale', 'of the future');
	error_is(sign_in(stranger(auth_date => $_)), 410, 'sign_in_stale', "of no time: $_") for '', 'soon', '1e9', '9' x 30;
	error_is(sign_in(stranger(auth_date => undef)), 410, 'sign_in_stale', 'without a time');
	error_is(sign_in(widget($token, id => $_, first_name => 'x')), 403, 'sign_in_failed', "number $_") for '0', '-5', '05', '1e3', '9' x 19, 'x';
	error_is(sign_in($good, Origin => 'https://evil.example', 'Sec-Fetch-Site' => 'cross-site'), 403, 'cross_site', "from another site's page");
	is $site->state, $before, 'nothing is kept';
	unlike $site->log('session-telegram'), qr/\Q$good->{hash}/, 'the hash is not in the log';
	my $none = Gatehouse->site(handlers => ['session-telegram'], conf => { TELEGRAM_BOT_TOKEN => undef });
	error_is($none->json($path, $good), 503, 'not_configured', 'a site without bot');
	error_is($none->json($path, widget('', id => 1, first_name => 'x')), 503, 'not_configured', 'even with the hash of no token');
};

subtest 'who is signed in links Telegram to themselves' => sub {
	my $user = $site->value(q{insert into users (external_id) values ('linker') returning id});
	my %in   = ($site->session_of($user), Origin => $site->conf->{PUBLIC_URL});
	my $mine = stranger();
	my $res  = sign_in($mine, %in);
	is $res->json->{user}{id}, $user, 'it is theirs now';
	is $site->get('/api/session', %in)->code, 401, 'in a new session';
	my $taken = stranger();
	sign_in($taken);
	my $other = $site->value(q{insert into users (external_id) values ('other') returning id});
	my $again = widget($token, id => $taken->{id}, first_name => 'Anna', auth_date => time - 5);
	error_is(sign_in($again, $site->session_of($other), Origin => $site->conf->{PUBLIC_URL}), 409, 'identity_taken', "somebody else's is not");
	is $site->value('select count(*) from telegram_widget_logins where hash = decode(?, ?)', $again->{hash}, 'hex'), 0, 'and the hash is not used up by it';
};

subtest 'third parties agree' => sub {
	my @cases = (stranger(), stranger(last_name => 'Петрова 😀'), { %{ stranger() }, id => 7 }, stranger(photo_url => 'https://t.me/a?b=c&d'));
	my @said  = Gatehouse::Telegram::judge_widget($token, @cases);
	is_deeply [map { @$_ } @said], [1, 1, 1, 1, 0, 0, 1, 1], 'about what is good';
	is_deeply [map { sign_in($_)->code == 200 ? 1 : 0 } @cases], [1, 1, 0, 1], 'so do we';
};

subtest 'who fails again and again waits' => sub {
	$site->sql('truncate attempts');
	my %from = ('X-Forwarded-For' => '192.0.2.1');
	my $wrong = { %{ stranger() }, first_name => 'Eve' };
	my @res = $site->together(map { [$site->json_request($path, $wrong, %from)] } 1 .. $most + 5);
	is_deeply { map { my $code = $_; ($code => scalar grep { $_->code == $code } @res) } map { $_->code } @res }, { 403 => $most, 429 => 5 },
	    'of many at once as many are looked at as may be';
	my ($last) = grep { $_->code == 429 } @res;
	is $last->json->{error}{code}, 'too_many_requests', 'the others are told';
	ok $last->headers->header('Retry-After') > 500, '... for how long';
	my $good = stranger();
	error_is(sign_in($good, %from), 429, 'too_many_requests', 'who failed so often does not get in by a good hash either');
	is sign_in($good, 'X-Forwarded-For' => '192.0.2.7')->code, 200, 'another address does, with the same: it was not used up';
	$site->clock_move('10 minutes');
	is sign_in(stranger(auth_date => time + 600), %from)->code, 200, 'and everybody when the time is over';
	$site->clock_move('-10 minutes');
	%from = ('X-Forwarded-For' => '192.0.2.8');
	error_is(sign_in(stranger(auth_date => time - 601), %from), 410, 'sign_in_stale', 'a stale hash') for 1 .. $most;
	is sign_in($good, %from)->code, 429, 'counts as well';
	%from = ('X-Forwarded-For' => '192.0.2.9');
	is_deeply [map { sign_in(stranger(), %from)->code } 1 .. $most + 2], [(200) x ($most + 2)], 'who signs in does not';
};

done_testing;
