# SPDX-License-Identifier: MIT
# How others lost or made money, each as its public report tells it, where no other
# test says so already.  t/style/peers.t lists them all.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Gatehouse::Stripe qw(event invoice price session subscription);
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
$db->sql('select core.price_apply(?::jsonb, 1)', encode_json(price('price_top', product => 'prod_top', unit_amount => 499)));
$db->sql(q{select core.product_apply('{"id":"prod_top","name":"Top-up","active":true}')});

sub user ($name) { $db->value('select core.user_create(?, null)', $name) }
sub balance ($user) { $db->value('select balance from credits where user_id = ?', $user) }
sub paid ($id, $user, $type = 'completed') {
	return event("checkout.session.$type", session($id, metadata => { user_id => $user, price_id => 'price_top' }));
}

subtest 'vm0#10668, lago-api#2243, open-saas#688: looked for, not found, inserted, and credited twice' => sub {
	my $ada = user('ada');
	my $now = $db->value('select extract(epoch from core.now())::bigint');
	my $text = encode_json(paid('cs_race', $ada));
	my @got = race($db, map { ['api.stripe_webhook', $now, $text] } 1 .. 16);
	is scalar(grep { ($_->{outcome} // '') eq 'applied' } @got), 1, 'of sixteen deliveries at the same moment one acts';
	is balance($ada), 105, 'and is credited';
};

subtest 'two different events for one fact' => sub {
	my $bob = user('bob');
	my $now = $db->value('select extract(epoch from core.now())::bigint');
	my @got = race($db, map { ['api.stripe_webhook', $now, encode_json($_)] } map { paid('cs_fact', $bob), paid('cs_fact', $bob, 'async_payment_succeeded') } 1 .. 4);
	is scalar(grep { ($_->{outcome} // '') eq 'applied' } @got), 8, 'eight events say that one session is paid';
	is balance($bob), 105, 'it is credited once';
};

subtest 'the event was recorded before it was handled, then came a crash' => sub {
	my ($cyd, $event) = (user('cyd'), undef);
	$event = paid('cs_crash', $cyd);
	my $dying = $db->cluster->connect($db->name);
	$dying->begin_work;
	is +(events_deliver($dying, $event))[0]{outcome}, 'applied', 'a delivery acts';
	$db->sql('select pg_terminate_backend(?)', $dying->{pg_pid});
	ok poll(sub { !$dying->ping }), 'and dies before it commits';
	$dying->{InactiveDestroy} = 1;
	is $db->value('select count(*) from stripe_events where id = ?', $event->{id}), 0, 'it left no record';
	is +(events_deliver($dbh, $event))[0]{outcome}, 'applied', 'the next delivery acts';
	is balance($cyd), 105, 'nothing is lost';
};

subtest 'eliza#22681: a negative price minted credits' => sub {
	my $dot = user('dot');
	for my $amount (-499, 0) {
		events_deliver($dbh, event('price.created', price("price_of$amount", unit_amount => $amount, metadata => { credits => '31348' })),
			event('checkout.session.completed', session("cs_of$amount", amount_total => 499, metadata => { user_id => $dot, price_id => "price_of$amount" })));
		is ask($dbh, 'api.checkout_begin', user_caller('dot'), "price_of$amount", undef, undef)->{error}, 'unknown_price', "$amount cents: not for sale";
	}
	is balance($dot), 5, 'and money that came for it all the same buys nothing by itself';
	is $db->value(q{select count(*) from payments where user_id = ? and status = 'unpriced'}, $dot), 2, '... but is kept in sight';
};

subtest 'an event nobody listed was answered 400 and came again for ever' => sub {
	for my $type (qw(customer.created payment_intent.succeeded something.nobody_has_heard_of)) {
		is +(events_deliver($dbh, event($type, { id => 'x', object => 'x' })))[0]{outcome}, 'recorded', "$type is taken and kept";
	}
};

subtest 'the success page was opened before the webhook arrived' => sub {
	my $eve = user('eve');
	my $order = ask($dbh, 'api.checkout_begin', user_caller('eve'), 'price_top', undef, undef)->{order_id};
	ask($dbh, 'api.checkout_bind', $order, 'cs_early', 'https://checkout.stripe.com/c/pay/cs_early');
	is ask($dbh, 'api.success', 'cs_early')->{state}, 'waiting', 'it waits';
	is ask($dbh, 'api.get_discord_invite', undef, 'cs_early', undef, undef)->{error}, 'not_paid', 'the button says why';
	events_deliver($dbh, event('checkout.session.completed', session('cs_early', metadata => { order_id => $order, user_id => $eve, price_id => 'price_top' })));
	is ask($dbh, 'api.success', 'cs_early')->{state}, 'ready', 'and goes on when it is there';
};

subtest 'cashier-stripe#1751: a version of the API moved fields' => sub {
	for my $old (0, 1) {
		my $fay = user("fay$old");
		my $bill = invoice("in_v$old", price => 'price_top', subscription => "sub_v$old", customer => "cus_v$old", 2020 => $old,
			$old ? (payment_intent => "pi_v$old") : ());
		($old ? $bill->{lines}{data}[0]{metadata} : $bill->{parent}{subscription_details}{metadata}) = { user_id => $fay };
		events_deliver($dbh, event('customer.subscription.created', subscription("sub_v$old", 'price_top', customer => "cus_v$old", 2020 => $old)),
			event('invoice.paid', $bill), $old ? () : event('invoice_payment.paid', { id => 'inpay_v', object => 'invoice_payment',
			invoice => "in_v$old", status => 'paid', payment => { type => 'payment_intent', payment_intent => "pi_v$old" } }));
		my ($sub) = $db->sql('select user_id, current_period_end > core.now() as ends from subscriptions where id = ?', "sub_v$old");
		is_deeply $sub, { user_id => $fay, ends => 1 }, ($old ? '2020' : 'today') . ': invoice.subscription and current_period_end are found';
		events_deliver($dbh, event('charge.refunded', { id => "ch_v$old", object => 'charge', amount => 999, amount_refunded => 999, payment_intent => "pi_v$old" }));
		is balance($fay), 5, 'payment_intent, too: the refund finds its invoice';
	}
};

is verify_clean($dbh), '', 'the books are sound';
done_testing;
