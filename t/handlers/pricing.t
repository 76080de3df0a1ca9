# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use Gatehouse::Stripe 'price';

my $site = Gatehouse->site(handlers => [qw(pricing stripe-webhook)]);

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

done_testing;
