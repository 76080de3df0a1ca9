# SPDX-License-Identifier: MIT
# The way back from Telegram, with the sandbox as Telegram.
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use Gatehouse::Stripe qw(price session);
use Mojo::URL;

our $site = Gatehouse->site(sandbox => 1, handlers => [qw(auth-telegram telegram-callback session success stripe-webhook)]);
my $path = '/auth/telegram/callback';
my $anna = 7000000001;

sub cookie ($res, $name) { my ($value) = map { /^(\Q$name\E=[^;]*)/ } @{ $res->headers->every_header('Set-Cookie') }; return $value }
sub control ($action, %more) { return $site->json('/sandbox/telegram/control', { action => $action, %more })->json->{result} }

# A sign-in that was begun: {cookie, ask} of a browser, {back} where Telegram sends it.
sub begin (%o) {
	my %headers = %{ $o{headers} // {} };
	my $res = $site->form('/auth/telegram', { next => $o{next} // '/credits', $o{invite} ? (invite => $o{invite}) : (), $o{bought} ? (session_id => $o{bought}) : () }, %headers);
	my $ask = Mojo::URL->new($res->headers->location)->query->to_hash;
	my $agreed = $site->form('/sandbox/telegram-oidc/auth', { %$ask, person => $o{person} // $anna });
	my $back = Mojo::URL->new($agreed->headers->location)->path_query;
	return { cookie => $o{cookie} // cookie($res, 'telegram'), ask => $ask, back => $back };
}
sub come_back ($begun, %o) { return $site->get($o{back} // $begun->{back}, $o{from} ? ('X-Forwarded-For' => $o{from}) : (), Cookie => join '; ', $begun->{cookie}, $o{cookie} // ()) }
sub who ($res) { $site->get('/api/session', Cookie => cookie($res, 'session') // '')->json->{user} }

subtest 'a stranger signs in' => sub {
	my $begun = begin(next => '/settings');
	my $res   = come_back($begun);
	is_deeply [$res->code, $res->headers->location], [303, '/settings'], 'and is where they wanted to be' or diag $res->body, $site->log('telegram-callback');
	my $user = who($res);
	is_deeply [map { @$_{qw(kind subject name username)} } @{ $user->{identities} }], ['telegram', "$anna", 'Anna Petrova', 'anna_p'],
	    'as the number in the claim id, by the names of the token';
	is_deeply [$site->value('select balance from credits')], [5], 'with the trial';
	my $again = come_back(begin());
	is who($again)->{id}, $user->{id}, 'the next time it is the same person';
	is $site->value('select count(*) from users'), 1, 'no second one';
	is $again->headers->location, '/credits', 'who lands where they wanted';
	my ($secret) = cookie($res, 'session') =~ /=(.*)/;
	unlike $site->log($_), qr/\Q$secret\E|code=|id_token/, "no secret is in the log of $_" for qw(telegram-callback access nginx);
};

subtest 'each sign-in ends once' => sub {
	my $begun = begin();
	is come_back($begun)->code, 303, 'the first time';
	page_error_is(come_back($begun), 410, 'the second time the state is used up');
	my $other = begin();
	my @res = $site->together(map { [GET => $other->{back}, { Cookie => $other->{cookie} }] } 1 .. 8);
	is scalar(grep { $_->code == 303 } @res), 1, 'of eight at once one is let in';
	my ($code) = $begun->{back} =~ /(code=[^&]+)/;
	my $third = begin();
	page_error_is(come_back($third, back => $third->{back} =~ s/code=[^&]+/$code/r), 403, 'a code that was used is of no use');
};

subtest 'what does not belong together' => sub {
	my ($mine, $theirs) = (begin(), begin(person => 7000000002));
	my $before = $site->state;
	page_error_is($site->get($theirs->{back}), 410, 'a browser without the cookie');
	page_error_is(come_back($mine, back => $theirs->{back}), 410, "another browser's way back: nobody is signed in as somebody else");
	my ($code) = $theirs->{back} =~ /(code=[^&]+)/;
	page_error_is(come_back($mine, back => $mine->{back} =~ s/code=[^&]+/$code/r), 403, "another browser's code: the verifier does not fit");
	page_error_is(come_back($mine, back => "$path?state=" . 'x' x 43 . "&$code"), 410, 'a state nobody gave out');
	page_error_is($site->get("$path?$code", Cookie => $mine->{cookie}), 422, 'no state');
	page_error_is(come_back($mine, back => "$path?state=%00&$code"), 400, 'a state that is no text');
	is $site->state, $before, 'nothing is kept';
	my $late = begin();
	$site->clock_move('11 minutes');
	page_error_is(come_back($late), 410, 'eleven minutes later');
	$site->clock_move('-11 minutes');
};

subtest 'who cancels' => sub {
	my $begun = begin(person => 'nobody');
	like $begun->{back}, qr/error=access_denied/, 'is sent back too';
	page_error_is(come_back($begun), 403, 'and told that nothing was changed');
};

subtest 'tokens that are not of now' => sub {
	my $before = $site->value('select count(*) from sessions');
	control(settings => token_life => -61);
	page_error_is(come_back(begin()), 410, 'expired');
	control(settings => token_life => 3600);
	my $begun = begin();
	$site->sql(q{update telegram_sign_ins set expires_at = expires_at + interval '1 day'});
	$site->clock_move('11 minutes');
	page_error_is(come_back($begun), 410, 'made long ago');
	$site->clock_move('-13 minutes');
	page_error_is(come_back(begin()), 410, 'of the future');
	$site->clock_move('2 minutes');
	is $site->value('select count(*) from sessions'), $before, 'let nobody in';
};

subtest 'the other algorithm' => sub {
	control(settings => alg => 'ES256');
	is come_back(begin())->code, 303, 'ES256 is as good';
	control(settings => alg => 'RS256');
};

subtest 'Telegram is down' => sub {
	my $begun = begin();
	control(fail => mode => '500', times => 1, match => 'token');
	page_error_is(come_back($begun), 503, 'a page says so');
	is come_back($begun)->code, 303, 'and loading it again works: nothing was used up';
	my $fresh = Gatehouse->site(sandbox => 1, handlers => [qw(auth-telegram telegram-callback)], conf => { TELEGRAM_OIDC_BASE => 'http://127.0.0.1:9' });
	my $res = $fresh->form('/auth/telegram', {});
	my $state = Mojo::URL->new($res->headers->location)->query->param('state');
	page_error_is($fresh->get("$path?state=$state&code=x", Cookie => cookie($res, 'telegram')), 503, 'also when nothing answers');
};

subtest 'who is signed in links Telegram to themselves' => sub {
	my $user = $site->value(q{insert into users (external_id) values ('linker') returning id});
	my %in   = $site->session_of($user);
	my %from = (%in, Origin => $site->conf->{PUBLIC_URL});
	my $res  = come_back(begin(person => 7000000003, headers => \%from), cookie => $in{Cookie});
	is $res->code, 303, 'by the same way' or diag $res->body;
	is who($res)->{id}, $user, 'and stay who they are';
	is $site->value(q{select user_id from identities where kind = 'telegram' and subject = '7000000003'}), $user, 'it is theirs';
	is $site->get('/api/session', %in)->code, 401, 'in a new session';
	my $other = $site->value(q{insert into users (external_id) values ('other') returning id});
	my %as = $site->session_of($other);
	%from = (%as, Origin => $site->conf->{PUBLIC_URL});
	page_error_is(come_back(begin(headers => \%from), cookie => $as{Cookie}), 409, "somebody else's is refused");
	is $site->get('/api/session', %as)->code, 200, 'and they stay signed in';
	page_error_is(come_back(begin(headers => \%from)), 410, 'who signed out meanwhile must start again');
	page_error_is(come_back(begin(), cookie => $as{Cookie}), 410, 'so must who signed in meanwhile');
};

subtest 'a purchase is taken into the account on the way' => sub {
	$site->stripe_event('product.created', { id => 'prod_x', object => 'product', name => 'Bag', active => true, metadata => {}, created => time });
	$site->stripe_event('price.created', price('price_keep', product => 'prod_x'));
	$site->stripe_event('checkout.session.completed', session("cs_$_", metadata => { price_id => 'price_keep' }, customer => "cus_$_")) for qw(one two);
	my @people = map { control(person => first_name => "P$_")->{id} } 1 .. 4;
	my @begun = map { begin(person => $_, bought => 'cs_one') } @people;
	my @res = $site->together(map { [GET => $_->{back}, { Cookie => $_->{cookie} }] } @begun);
	is_deeply [map { $_->headers->location } @res], [('/success?session_id=cs_one') x 4], 'four who try at once are signed in and led to its page';
	is_deeply [sort { $a <=> $b } map { $site->value(q{select balance from credits c join identities i using (user_id)
		where i.kind = 'telegram' and i.subject = ?}, $_) } @people], [5, 5, 5, 105], 'one of them has it';
	page_error_is(come_back($begun[0]), 410, 'the way back is good once');
	unlike $site->log('access'), qr/cs_one/, 'its session is in no log';
	my $user = $site->value(q{insert into users (external_id) values ('buyer') returning id});
	my %in = ($site->session_of($user), Origin => $site->conf->{PUBLIC_URL});
	my $res = come_back(begin(person => control(person => first_name => 'Q')->{id}, bought => 'cs_two', headers => \%in), cookie => $in{Cookie});
	is $res->code, 303, 'who links Telegram meanwhile' or diag $res->body;
	is $site->value(q{select user_id from orders where session_id = 'cs_two'}), $user, '... has it in that account';
	is $site->value('select sum(faults) from core.verify()'), 0, 'verify finds no fault';
};

subtest 'an invitation is accepted on the way' => sub {
	my $driver = $site->value(q{insert into users (external_id) values ('driver') returning id});
	$site->sql(q{insert into user_roles (user_id, role) values (?, 'driver')}, $driver);
	$site->sql(q{insert into invitations (inviter_id, invite_code, role) values (?, ?, 'recipient')}, $driver, $_) for qw(INV-one INV-two);
	my $dora = control(person => first_name => 'Dora', username => 'dora')->{id};
	my $res  = come_back(begin(person => $dora, invite => 'INV-one'));
	is $res->headers->location, '/invite/INV-one', 'its page says what happens next';
	is_deeply who($res)->{roles}, ['recipient'], 'the role is there';
	is_deeply [$site->sql(q{select status, recipient_telegram_id as id, recipient_username as name from invitations where invite_code = 'INV-one'})],
	    [{ status => 'accepted', id => $dora, name => 'dora' }], 'who accepted it is known';
	my $emil = control(person => first_name => 'Emil')->{id};
	my $late = come_back(begin(person => $emil, invite => 'INV-one'));
	is $late->headers->location, '/invite/INV-one', 'somebody else is shown its page';
	is_deeply who($late)->{roles}, [], 'signed in, but without the role';
	is come_back(begin(person => $dora, invite => 'INV-one'))->headers->location, '/invite/INV-one', 'the same person again: the same answer';
	is come_back(begin(person => $emil, invite => 'unknown-code'))->code, 303, 'an unknown one keeps nobody out';
	is $site->value(q{select status from invitations where invite_code = 'INV-two'}), 'pending', 'no other is touched';
};

subtest 'who fails again and again waits' => sub {
	local $site = Gatehouse->site(sandbox => 1, handlers => [qw(auth-telegram telegram-callback session)]);
	my $most = $site->value(q{select per_client from attempt_limits where kind = 'telegram'});
	my $begun = begin();
	my $state = sub ($from, $cookie = $begun->{cookie}) { $site->get("$path?state=" . 'x' x 43 . '&code=y', Cookie => $cookie, 'X-Forwarded-For' => $from) };
	is_deeply [map { $state->('192.0.2.1')->code } 1 .. $most + 1], [(410) x $most, 429], 'states that nobody gave out';
	my $res = $state->('192.0.2.1');
	ok $res->headers->header('Retry-After') > 500, '... and is told for how long';
	is come_back($begun, from => '192.0.2.1')->code, 429, 'also with a good one';
	is $state->('192.0.2.2', '')->code, 410, 'a browser without the cookie' for 1 .. $most + 1;
	my $fresh = sub ($from) { $site->get($begun->{back} =~ s/code=[^&]+/code=no/r, Cookie => $begun->{cookie}, 'X-Forwarded-For' => $from) };
	is $fresh->('192.0.2.2')->code, 403, '... which could not get in, and any site can send, does not count';
	is_deeply [map { $fresh->('192.0.2.3')->code } 1 .. $most + 1], [(403) x $most, 429], 'codes that Telegram did not give';
	$site->sql(q{update attempt_limits set overall = 1 where kind = 'telegram'});
	is $state->('192.0.2.4')->code, 410, 'when everybody fails, everybody has one';
	is come_back($begun, from => '192.0.2.5')->code, 303, '... and whoever did not fail still gets in';
};

done_testing;
