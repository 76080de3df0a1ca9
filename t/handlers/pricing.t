# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Digest::SHA 'sha256_hex';
use Gatehouse;
use Gatehouse::Contract;
use Gatehouse::Stripe 'price';

my $site = Gatehouse->site(handlers => [qw(pricing stripe-webhook settings admin)]);

sub products { $site->get('/pricing', Accept => 'application/json')->json->{products} }

keeps_contract($site, 'pricing', GET => '/pricing');
like $site->get('/pricing')->dom->at('main')->all_text, qr/Nothing is for sale/, 'an empty shop says so';

$site->stripe_event('product.created', { id => 'prod_x', object => 'product', name => 'Big <b>bag</b>', active => true,
	metadata => {}, created => time });
$site->stripe_event('price.created', price('price_big', unit_amount => 1999, metadata => { credits => '500' }, product => 'prod_x'));
$site->stripe_event('price.created', price('price_month', unit_amount => 999, type => 'recurring',
	recurring => { interval => 'month', interval_count => 1 }, metadata => { credits => '250' }, product => 'prod_x'));
$site->stripe_event('price.created', price('price_small', metadata => { credits => '100', discord => 'no' }, product => 'prod_x'));

subtest 'what is for sale' => sub {
	is_deeply [map { $_->{price_id} } @{ products() }], [qw(price_month price_small price_big)],
	    'subscriptions first, then by price';
	my ($month, $small) = @{ products() };
	is_deeply [@$month{qw(amount currency interval credits discord)}], [999, 'usd', 'month', 250, true],
	    'a subscription';
	is_deeply [@$small{qw(amount interval credits discord)}], [499, undef, 100, false],
	    'a top-up without a seat';
	my $dom = $site->get('/pricing')->dom;
	is $dom->find('form[action="/api/checkout"][method=post] input[name=price_id]')->size, 3,
	    'each has its form';
	like $dom->at('main')->all_text, qr/\$9\.99/, 'cents are shown as money';
	like $site->get('/pricing')->body, qr/Big &lt;b&gt;bag/, 'names from Stripe are escaped';
};

subtest 'what is not for sale' => sub {
	$site->stripe_event('price.updated', price('price_big', unit_amount => 1999, active => false, product => 'prod_x'));
	$site->stripe_event('price.created', price('price_free', unit_amount => 0, product => 'prod_x'));
	$site->stripe_event('price.created', price('price_minus', unit_amount => -5, product => 'prod_x'));
	$site->stripe_event('price.created', price('price_odd', metadata => { credits => 'many' }, product => 'prod_x'));
	$site->stripe_event('price.created', price('price_debt', metadata => { credits => '-7' }, product => 'prod_x'));
	is_deeply [map { $_->{price_id} } @{ products() }], [qw(price_month price_small)],
	    'inactive, free, negative and unreadable ones';
	is $site->value(q{select count(*) from prices where fault is not null}), 4,
	    'each fault is recorded';
	$site->stripe_event('product.updated', { id => 'prod_x', object => 'product', name => 'Gone', active => false,
		metadata => {}, created => time }, created => time + 1);
	is_deeply products(), [], 'prices of an inactive product';
};

is $site->get('/pricing?utm_source=100%&%ff' . '&more=x' x 100)->code, 200, 'what others hang on the address is no concern';
page_error_is($site->get('/pricing?canceled=7'), 422, 'a wrong query is a typed page');
like $site->get('/pricing?canceled=1')->dom->at('[role=status]')->all_text, qr/nothing was charged/i,
    'coming back unpaid is said';

subtest 'who is signed in' => sub {
	my $user = $site->value('select core.identity_sign_in(?, ?, ?, null)', 'telegram', '42', '{"first_name":"Ada"}');
	my %ada = $site->session_of($user);
	my %ended = $site->session_of($user);
	$site->sql(q{update sessions set revoked_at = core.now() where encode(token_hash, 'hex') = ?}, sha256_hex($ended{Cookie} =~ s/.*=//r));
	my $links = sub ($res) { [map { $_->text } $res->dom->find('header nav :is(a, button)')->each] };
	my @own = ('My credits', 'Settings', 'Sign out');
	my $here = $site->get('/pricing', %ada);
	is_deeply $links->($here), [@own], 'sees the navigation of every other page';
	is_deeply $links->($site->get('/settings', %ada)), [@own], '... as there';
	is_deeply $links->($site->get('/pricing')), ['Sign in'], 'a stranger sees the door';
	is_deeply $links->($site->get('/pricing', %ended)), ['My account'], 'whose session is over the way back';
	is $site->get('/pricing', Accept => 'application/json', %ada)->json->{me}{name}, 'Ada', 'as JSON, too';
	is_deeply [sort keys %{ $site->get('/pricing', Accept => 'application/json')->json }], [qw(canceled products)], 'of nobody nothing is said';
	for my $res ($here, $site->get('/pricing'), $site->get('/pricing?canceled=7', %ada), $site->get('/admin', %ada)) {
		is_deeply [$res->headers->cache_control, ($res->headers->vary =~ s{^Accept-Encoding, }{}r)], ['no-store', 'Accept, Accept-Language, Cookie'], 'no cache keeps ' . $res->code;
	}
	is_deeply $links->($site->get('/pricing?canceled=7', %ada)), [@own], 'a wrong query keeps the navigation';
	is_deeply $links->($site->get('/admin', %ada)), [@own], 'so does a page that is not for them';
	is_deeply $links->($site->form('/pricing', {}, %ada, Origin => $site->conf->{PUBLIC_URL})), [@own], 'and a method it has not';
	is_deeply $links->($site->get('/pricing?canceled=7')), ['Sign in'], 'an error of nobody has the door';
	$site->sql(q{update users set language = 'ru' where id = ?}, $user);
	like $site->get('/pricing?canceled=7', %ada)->dom->at('html')->attr('lang'), qr/^ru$/, 'errors are in the language they chose';
};

done_testing;
