# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use Gatehouse::Stripe qw(session price);

my $site = Gatehouse->site(handlers => [qw(success users stripe-webhook)]);
my $ada  = $site->user('ada');
my $paid = $site->pay($ada, 100);

sub page ($session) { $site->get("/success?session_id=$session") }
sub state_of ($session) { $site->get("/success?session_id=$session", Accept => 'application/json')->json->{state} }
sub button ($session) { $site->form('/success', { session_id => $session }) }

keeps_contract($site, 'success', GET => "/success?session_id=$paid");

subtest 'the address is a secret' => sub {
	my $h = page($paid)->headers;
	is $h->header('Referrer-Policy'), 'no-referrer', 'it is told to nobody';
	is $h->cache_control, 'no-store', 'and kept nowhere';
	unlike $site->log($_), qr/\Q$paid/, "not in the log of $_" for qw(success access nginx);
	ok poll(sub { $site->log('access') =~ qr{"/success"} }), 'where the path is';
	ok page($paid)->dom->at('meta[name=robots][content*=noindex]'), 'nor in search engines';
};

subtest 'the button takes one invite' => sub {
	is state_of($paid), 'ready', 'paid: ready';
	my $owed = button($paid);
	is_deeply [$owed->code, $owed->headers->location], [303, "/success?session_id=$paid"],
	    'leads back to the page';
	is state_of($paid), 'owed', 'an empty pool: owed';
	$site->sql(q{insert into invites_pool (code, invite_url) values ('s1', 'https://discord.gg/s1'), ('s2', 'https://discord.gg/s2')});
	is state_of($paid), 'allocated', 'stock came: served without asking again';
	my $dom = page($paid)->dom;
	ok $dom->at('a[href="https://discord.gg/s1"]'), 'the link is on the page';
	button($paid) for 1 .. 2;
	$site->together(map { [POST => '/success', { 'Content-Type' => 'application/x-www-form-urlencoded' }, "session_id=$paid"] } 1 .. 10);
	is $site->value('select count(*) from invites_pool where used_at is not null'), 1,
	    'pressing it ten times at once takes no more';
	my $again = $site->pay($ada, 500);
	my $shared = $site->get("/success?session_id=$again", Accept => 'application/json')->json;
	is_deeply [@$shared{qw(state shared)}, $shared->{invite}{code}], ['allocated', true, 's1'],
	    'a later order shows the same seat';
};

subtest 'states' => sub {
	my $user = $site->user('bob');
	my %of = (metadata => { user_id => $user, price_id => 'price_made100' });
	$site->stripe_event('checkout.session.completed', session('cs_test_wait', %of, payment_status => 'unpaid'));
	is state_of('cs_test_wait'), 'waiting', 'unpaid: waiting';
	is button('cs_test_wait')->code, 303, 'the button is harmless';
	$site->stripe_event('checkout.session.async_payment_failed', session('cs_test_wait', %of, payment_status => 'unpaid'));
	is state_of('cs_test_wait'), 'failed', 'the bank refused: failed';
	$site->stripe_event('checkout.session.expired', session('cs_test_exp', %of, status => 'expired', payment_status => 'unpaid'));
	is state_of('cs_test_exp'), 'expired', 'not paid in time: expired';
	$site->stripe_event('price.created', price('price_plain', metadata => { credits => '10', discord => 'no' }));
	$site->stripe_event('checkout.session.completed', session('cs_test_none', metadata => { user_id => $user, price_id => 'price_plain' }));
	is state_of('cs_test_none'), 'none', 'without a seat: none';
	is button('cs_test_none')->code, 303, 'and nothing to take';
	for my $session (qw(cs_test_wait cs_test_exp cs_test_none)) {
		ok page($session)->dom->at('#order[data-state] h1'), "$session has its page";
	}
	is $site->value('select count(*) from invites_pool where used_at is not null'), 1,
	    'none of it took an invite';
};

subtest 'a purchase is kept' => sub {
	my $site = Gatehouse->site(handlers => [qw(success stripe-webhook)]);
	$site->stripe_event('product.created', { id => 'prod_x', object => 'product', name => 'Bag', active => true, metadata => {}, created => time });
	$site->stripe_event('price.created', price('price_keep', product => 'prod_x'));
	$site->stripe_event('checkout.session.completed', session('cs_test_keep', metadata => { price_id => 'price_keep' }, customer => 'cus_keep'));
	my $page = sub (@who) { $site->get('/success?session_id=cs_test_keep', @who) };
	my $claim = sub (@who) { $site->form('/success', { session_id => 'cs_test_keep', claim => 1 }, @who) };
	my ($user, $other) = map { $site->value('select core.identity_sign_in(?, ?, ?, null)', 'telegram', $_, '{"first_name":"Ada"}') } 71, 72;
	my %in = ($site->session_of($user), Origin => $site->conf->{PUBLIC_URL});
	my %late = ($site->session_of($other), Origin => $site->conf->{PUBLIC_URL});
	ok $page->()->dom->at('form[action="/auth/telegram"] input[name=session_id][value=cs_test_keep]'), 'by signing in';
	ok $page->()->dom->at('.wallet-way[hidden][data-purchase=cs_test_keep]'), '... with a wallet, too';
	ok !$page->()->dom->at('input[name=claim]'), '... not by nobody';
	like $page->(%in)->dom->at('nav')->all_text, qr/Sign out/, 'who is signed in sees so';
	ok $page->(%in)->dom->at('form[action="/success"] input[name=claim]'), '... and one button';
	is $claim->()->code, 401, 'which nobody else presses';
	page_error_is($claim->(%in, Origin => 'https://evil.example'), 403, "nor another site");
	is $site->value('select claimed_at from orders'), undef, 'looking takes nothing';
	is_deeply [map { $_->code } $site->together(map { [POST => '/success', { 'Content-Type' => 'application/x-www-form-urlencoded', %in }, 'session_id=cs_test_keep&claim=1'] } 1 .. 10)],
	    [(303) x 10], 'ten presses at once are one';
	is $site->value('select balance from credits where user_id = ?', $user), 105, 'the credits are theirs';
	is $page->(%in)->dom->at('#keep')->text, 'This purchase is in your account', 'the page says so';
	is $claim->(%late)->code, 303, 'who comes later is led to the page';
	ok !$page->(%late)->dom->at('#keep'), '... which offers nothing';
	is $site->value('select balance from credits where user_id = ?', $other), 5, '... and gave nothing';
	page_error_is($site->form('/success', { session_id => 'cs_unknown', claim => 1 }, %in), 404, 'an unknown purchase');
	page_error_is($site->form('/success', { session_id => 'cs_test_keep', claim => 2 }, %in), 422, 'a strange wish');
};

subtest 'refusals' => sub {
	page_error_is(page('cs_unknown'), 404, 'an unknown session');
	page_error_is($site->get('/success'), 422, 'no session');
	page_error_is($site->get('/success?session_id='), 422, 'an empty one');
	page_error_is($site->get('/success?session_id=a&session_id=b'), 422, 'two');
	page_error_is($site->get('/success?session_id=%27%20or%201'), 422, 'an impossible one');
	page_error_is($site->form('/success', {}), 422, 'a button without a session');
	page_error_is($site->form('/success', { session_id => $paid }, Origin => 'https://evil.example'), 403,
	    "another site's form");
	page_error_is($site->form('/success', { session_id => $paid }, 'Sec-Fetch-Site' => 'cross-site'), 403,
	    'as the browser says');
	is $site->form('/success', { session_id => $paid }, Origin => 'null')->code, 303,
	    'a form of a page that hides its address is ours';
	error_is($site->get('/success?session_id=cs_unknown', Accept => 'application/json'), 404, 'unknown_order',
	    'as JSON when asked');
};

done_testing;
