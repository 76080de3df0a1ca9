# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use Gatehouse::Stripe qw(price product);

my $site = Gatehouse->site(handlers => [qw(checkout users pricing stripe-webhook success)], sandbox => 1);
my $path = '/api/checkout';
my %key  = $site->bearer($site->key);
my $ada  = $site->user('ada');

# What the sandbox has, asked as Stripe's API.
sub stripe ($what) { $site->get("/sandbox/stripe/v1/$what", $site->bearer($site->conf->{STRIPE_SECRET_KEY}))->json }
sub control (%action) { $site->json('/sandbox/control', \%action) }
sub orders { $site->value('select count(*) from orders') }
sub checkout ($fields, %headers) { $site->json($path, $fields, %headers) }

subtest 'the catalogue of a new site' => sub {
	for (1, 2) {
		my ($status, $out) = $site->cli('stripe', 'catalogue');
		is $status, 0, 'is made at Stripe and taken over' or diag $out;
	}
	my $products = $site->get('/pricing', Accept => 'application/json')->json->{products};
	is_deeply [map { [@$_{qw(name amount credits interval)}] } @$products],
	    [['Monthly Subscription', 999, 250, 'month'], ['100 Credits', 499, 100, undef], ['500 Credits', 1999, 500, undef],
	    ['1500 Credits', 4999, 1500, undef]], 'the four products, once';
};

my %price = map { $_->{credits} => $_->{price_id} } @{ $site->get('/pricing', Accept => 'application/json')->json->{products} };

keeps_contract($site, 'checkout', $site->json_request($path, { price_id => $price{100}, idempotency_key => 'contract' }));

subtest 'a guest by form' => sub {
	my $res = $site->form($path, { price_id => $price{100} });
	is $res->code, 303, 'is redirected' or diag $res->body;
	like $res->headers->location, qr{^\Q@{[$site->conf->{PUBLIC_URL}]}\E/sandbox/stripe/pay/cs_test_},
	    'to the payment page';
	my ($order) = $site->sql('select * from orders order by created_at desc limit 1');
	is_deeply [@$order{qw(status mode price_id user_id)}], ['open', 'payment', $price{100}, undef],
	    'an open order of nobody yet';
	my $session = stripe("checkout/sessions/$order->{session_id}");
	like $session->{success_url}, qr{/success\?session_id=\{CHECKOUT_SESSION_ID\}$},
	    'comes back to the success page';
	is $session->{metadata}{price_id}, $price{100}, 'tied to the price';
	page_error_is($site->form($path, { price_id => $price{100} }, Origin => 'https://evil.example'), 403,
	    "not from another site's form, which gets a page");
};

subtest 'an application' => sub {
	my $got = checkout({ price_id => $price{250}, user_id => $ada }, %key)->json;
	is_deeply [@$got{qw(mode user_id price_id)}], ['subscription', $ada, $price{250}],
	    'buys for a user';
	my $session = stripe("checkout/sessions/$got->{session_id}");
	is $session->{metadata}{user_id}, $ada, 'the session is tied to the user';
	is $session->{client_reference_id}, $ada, 'also by reference';
	is checkout({ price_id => $price{100} }, $site->bearer($site->jwt(sub => 'ada')))->json->{user_id}, $ada,
	    'a user buys for themselves';
	error_is(checkout({ price_id => $price{100}, user_id => $ada }, $site->bearer($site->jwt(sub => 'eve'))), 403, 'forbidden',
	    "not for another");
	error_is(checkout({ price_id => $price{100}, user_id => $ada }), 401, 'unauthorized',
	    'nobody buys for a user');
	error_is(checkout({ price_id => $price{100}, user_id => 'nobody' }, %key), 404, 'unknown_user',
	    'nor for an unknown one');
	error_is(checkout({ price_id => $price{100} }, $site->bearer('ghk_' . 'x' x 43)), 401, 'unauthorized',
	    'a wrong key is not a guest');
};

subtest 'the idempotency key' => sub {
	my $before = orders();
	my $first = checkout({ price_id => $price{500}, idempotency_key => 'k' }, %key)->json;
	my $again = checkout({ price_id => $price{500} }, %key, 'Idempotency-Key' => 'k')->json;
	is_deeply $again, $first, 'the same order and session again';
	error_is(checkout({ price_id => $price{100}, idempotency_key => 'k' }, %key), 409, 'idempotency_conflict',
	    'another price: conflict');
	my @res = $site->together(map { [$site->json_request($path, { price_id => $price{500}, idempotency_key => 'many' }, %key)] } 1 .. 8);
	my %sessions = map { ($_->json->{session_id} // $_->body) => 1 } @res;
	is keys %sessions, 1, 'eight at once: one session' or diag join "\n", keys %sessions;
	is orders(), $before + 2, 'two orders';
};

subtest 'Stripe in trouble' => sub {
	my $before = $site->value(q{select count(*) from orders where url is not null});
	control(action => 'fail', mode => '500', match => 'POST /v1/checkout/sessions', times => 20);
	my $res = checkout({ price_id => $price{100}, idempotency_key => 'trouble' }, %key);
	error_is($res, 502, 'stripe_failed', 'is a typed error');
	unlike $res->body, qr/sk_test|sandbox|curl/, 'that tells no internals';
	is $site->value(q{select count(*) from orders where url is not null}), $before,
	    'no order is bound';
	control(action => 'clear_faults');
	control(action => 'fail', mode => '429', match => 'POST /v1/checkout/sessions', times => 1);
	is checkout({ price_id => $price{100}, idempotency_key => 'busy' }, %key)->code, 200,
	    'a busy Stripe is asked again';
	control(action => 'fail', mode => 'lost', match => 'POST /v1/checkout/sessions', times => 1);
	my $sessions = @{ stripe('checkout/sessions?limit=100')->{data} };
	is checkout({ price_id => $price{100}, idempotency_key => 'lost' }, %key)->code, 200,
	    'a lost answer is asked for again';
	is @{ stripe('checkout/sessions?limit=100')->{data} }, $sessions + 1,
	    'and no second session made';
	control(action => 'clear_faults');
};

subtest 'input' => sub {
	my $before = $site->state;
	error_is(checkout({}), 422, 'invalid_field', 'no price', field => 'price_id');
	error_is(checkout({ price_id => 9 }), 422, 'invalid_field', 'a number', field => 'price_id');
	error_is(checkout({ price_id => '../x' }), 422, 'invalid_field', 'a path', field => 'price_id');
	error_is(checkout({ price_id => 'price_unknown' }), 404, 'unknown_price', 'an unknown one');
	$site->sql('update prices set active = false where id = ?', $price{1500});
	error_is(checkout({ price_id => $price{1500} }), 404, 'unknown_price', 'one not for sale');
	$site->sql('update prices set active = true where id = ?', $price{1500});
	error_is(checkout({ price_id => $price{100}, idempotency_key => '' }), 422, 'invalid_field',
	    'an empty key', field => 'idempotency_key');
	is $site->state, $before, 'nothing changed';
};

subtest 'paid in the sandbox' => sub {
	my $got = checkout({ price_id => $price{100}, user_id => $ada }, %key)->json;
	control(action => 'pay', session => $got->{session_id}, email => 'ada@example.test');
	ok poll(sub { $site->value('select balance from credits where user_id = ?', $ada) == 105 }),
	    'credits arrive';
	is $site->get("/success?session_id=$got->{session_id}", Accept => 'application/json')->json->{state}, 'ready',
	    'and the seat waits';
};

subtest 'a door that is shut' => sub {
	my $shut = Gatehouse->site(handlers => [qw(checkout stripe-webhook)], conf => { STRIPE_SECRET_KEY => undef });
	$shut->stripe_event('product.created', product('prod_price_1'));
	$shut->stripe_event('price.created', price('price_1'));
	error_is($shut->json($path, { price_id => 'price_1' }), 503, 'not_configured',
	    'without a key nothing can be bought');
};

subtest 'who is signed in buys for their account' => sub {
	my $user = $site->value('select core.identity_sign_in(?, ?, ?, null)', 'telegram', '42', '{}');
	my %in = ($site->session_of($user), Origin => $site->conf->{PUBLIC_URL});
	my $form = $site->get('/pricing', %in)->dom->at('form[method=post][action="/api/checkout"]');
	my %fields = map { ($_->attr('name') => $_->attr('value')) } $form->find('input')->each;
	is $site->form($form->attr('action'), \%fields, %in)->code, 303, 'by the form of the shop';
	is $site->value('select user_id from orders order by created_at desc, id desc limit 1'), $user, 'the order is theirs from the start';
	my $refused = $site->form($path, { price_id => 'price_none' }, %in);
	like $refused->dom->at('header nav')->all_text, qr/Sign out/, 'an error says who one is, too';
};

done_testing;
