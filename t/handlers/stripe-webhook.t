# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use Gatehouse::Stripe qw(event session price sign);

my $site = Gatehouse->site(handlers => [qw(stripe-webhook users)],
	conf => { STRIPE_WEBHOOK_SIGNING_SECRET => 'whsec_new, whsec_old' });
my $ping = event('ping', { id => 'x', object => 'thing' });
my $body = encode_json($ping);
my $path = '/functions/v1/stripe-webhook';

sub stored { $site->value('select count(*) from stripe_events') }
sub deliver (%o) { $site->request($site->signed_event($o{event} // $ping, %o)) }

keeps_contract($site, 'stripe-webhook', $site->signed_event($ping));
$site->sql('truncate stripe_events cascade');

subtest 'signatures' => sub {
	my $now = time;
	my %bad = (
		'of another secret' => sign($body, 'whsec_eve'),
		'over another body' => sign("$body ", 'whsec_new'),
		'too old' => sign($body, 'whsec_new', $now - 302),
		'from the future' => sign($body, 'whsec_new', $now + 302),
		'with another time' => sign($body, 'whsec_new') =~ s/^t=\d+/'t=' . ($now - 1)/er,
		'of scheme v0 only' => sign($body, 'whsec_new') =~ s/v1=/v0=/r,
		'without time' => sign($body, 'whsec_new') =~ s/^t=\d+,//r,
		'without signature' => "t=$now", 'cut short' => substr(sign($body, 'whsec_new'), 0, -1),
		'that is no hex' => "t=$now,v1=" . 'z' x 64,
		'with a huge time' => sign($body, 'whsec_new', '99999999999999999999'),
		'with a negative time' => sign($body, 'whsec_new', -1), 'empty' => '',
		'that is noise' => ',,=,t=,v1=',
		'of the empty secret' => sign($body, ''),
	);
	error_is(deliver(signature => $bad{$_}), 400, 'bad_signature', "a signature $_") for sort keys %bad;
	error_is($site->post($path, { 'Content-Type' => 'application/json' }, $body), 400, 'bad_signature',
	    'none at all');
	is stored(), 0, 'nothing was stored';
	my $good = sign($body, 'whsec_new');
	my %good = (
		'of the new secret' => $good, 'of the old secret' => sign($body, 'whsec_old'),
		'nearly 300 seconds old' => sign($body, 'whsec_new', $now - 285),
		'beside a wrong one' => $good =~ s/,v1=/',v1=' . 'a' x 64 . ',v1='/er,
		'beside schemes of the future' => "$good,v2=abc,x=y",
	);
	is deliver(signature => $good{$_})->code, 200, "accepted: a signature $_" for sort keys %good;
	is stored(), 1, 'one event, however often';
};

subtest 'what is no event' => sub {
	my $before = stored();
	for (['bad_json', '{"id":'], ['bad_json', ''], ['bad_json', "{\"id\":\"\xff\"}"], ['bad_json', '[' x 200 . ']' x 200],
		['bad_event', '{}'], ['bad_event', '[]'], ['bad_event', '"text"'], ['bad_event', 'null'],
		['bad_event', '{"id":"evt_1","type":"x"}'], ['bad_event', '{"object":"event","type":"x"}'],
		['bad_event', '{"object":"event","id":"evt_1"}'], ['bad_event', '{"object":"event","id":5,"type":"x"}'],
		['bad_event', '{"object":"v2.core.event","id":"evt_1","type":"x"}']) {
		my ($code, $text) = @$_;
		my $res = deliver(event => $text);
		my $got = ($res->json // {})->{error}{code} // $res->code;
		ok $res->code == 400 && $got =~ /^bad_(json|event)$/, 'refused: ' . (substr($text, 0, 40) =~ s/[^ -~]/?/gr) or diag $res->code, $res->body;
	}
	is stored(), $before, 'nothing was stored';
};

subtest 'events' => sub {
	is deliver(event => event('some.thing_new', { id => 'y' }))->json->{outcome}, 'recorded',
	    'an unknown type is recorded';
	my $price = event('price.created', price('price_1'));
	is deliver(event => $price)->json->{outcome}, 'applied', 'a known one is applied';
	is deliver(event => $price)->json->{outcome}, 'duplicate', 'a second time it is a duplicate';
	is $site->value('select deliveries from stripe_events where id = ?', $price->{id}), 2,
	    'and counted';
	my ($row) = $site->sql('select type, api_version, payload, request_id from stripe_events where id = ?', $price->{id});
	is_deeply [$row->{type}, $row->{api_version}], ['price.created', '2026-10-28.endive'],
	    'recorded as it came';
	is decode_json($row->{payload})->{data}{object}{id}, 'price_1', 'whole';
	like $row->{request_id}, qr/[0-9a-f]{32}/, 'with the request that brought it';
};

subtest 'money' => sub {
	my $ada = $site->user('ada');
	my $sum = sub { $site->value('select balance from credits where user_id = ?', $ada) };
	my %of = (metadata => { user_id => $ada, price_id => 'price_1' });
	my $one = event('checkout.session.completed', session('cs_test_1', %of));
	deliver(event => $one) for 1 .. 3;
	is $sum->(), 105, 'one event, three deliveries: credits once';
	deliver(event => event('checkout.session.completed', session('cs_test_1', %of)));
	is $sum->(), 105, 'a second event for the same session: nothing';
	deliver(event => event('checkout.session.async_payment_succeeded', session('cs_test_1', %of)));
	is $sum->(), 105, 'also not of the other type';
	deliver(event => event('checkout.session.completed', session('cs_test_2', %of, payment_status => 'unpaid')));
	is $sum->(), 105, 'an unpaid session: nothing yet';
	deliver(event => event('checkout.session.async_payment_succeeded', session('cs_test_2', %of)));
	is $sum->(), 205, 'when the bank says yes: credits';
	deliver(event => event('checkout.session.expired', session('cs_test_2', %of, status => 'expired', payment_status => 'unpaid')));
	is $site->value(q{select status from orders where session_id = 'cs_test_2'}), 'paid',
	    'paid stays paid';
	deliver(event => event('checkout.session.completed', session('cs_test_3', %of, amount_total => 0, payment_status => 'no_payment_required')));
	is $sum->(), 205, 'a session of nothing buys nothing';
	my $other = $site->user('other');
	deliver(event => event('checkout.session.completed', session('cs_test_4', metadata => { price_id => 'price_1' },
		customer_details => { email => 'ada@example.test' })));
	is $sum->(), 205, 'an unverified e-mail joins nobody';
};

subtest 'a door that is shut' => sub {
	my $shut = Gatehouse->site(handlers => ['stripe-webhook'], conf => { STRIPE_WEBHOOK_SIGNING_SECRET => undef });
	my @ask = ($path, { 'Content-Type' => 'application/json', 'Stripe-Signature' => sign($body, '') }, $body);
	error_is($shut->post(@ask), 503, 'not_configured', 'without a secret nothing is accepted');
};

done_testing;
