# SPDX-License-Identifier: MIT
# Orders: what is for sale, one order per key, bound once, paid for by whom.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Gatehouse::Stripe qw(event session);
use List::Util 'uniq';
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my $key = key_caller('ab' x 32);
$db->sql(q{select core.key_create('app', ?)}, 'ab' x 32);

sub price ($id, %fields) {
	my $object = { id => $id, product => 'prod_1', active => true, unit_amount => 499, currency => 'usd',
		metadata => { credits => '100' }, %fields };
	$db->sql('select core.price_apply(?::jsonb)', encode_json($object));
}
sub begin (@args) { ask($dbh, 'api.checkout_begin', @args) }

price('price_20', unit_amount => 1999, metadata => { credits => 500, discord => 'no' });
is_deeply ask($dbh, 'api.pricing'), { products => [] }, 'nothing is sold before its product is known';
$db->sql(q{select core.product_apply('{"id":"prod_1","name":"Credits","description":"Some","active":true}')});
price('price_5');
price('price_month', unit_amount => 9999, recurring => { interval => 'month' }, metadata => { credits => '250' });
price('price_off', active => false);
price('price_mute', metadata => {});
price('price_free', unit_amount => 0);
my $products = ask($dbh, 'api.pricing')->{products};
is_deeply [map { $_->{price_id} } @$products], [qw(price_month price_5 price_20)], 'subscriptions first, then by amount';
is_deeply $products->[2], { price_id => 'price_20', name => 'Credits', description => 'Some', amount => 1999, currency => 'usd',
	interval => undef, credits => 500, discord => false }, 'with all that the page shows';
is $products->[0]{interval}, 'month', 'a subscription says its interval';
$db->sql(q{select core.product_apply('{"id":"prod_1","name":"Older","active":true}', 1)});
is ask($dbh, 'api.pricing')->{products}[0]{name}, 'Credits', 'an older version of the product changes nothing';

my $guest = begin(undef, 'price_5', undef, 'k1');
is_deeply $guest, { order_id => $guest->{order_id}, price_id => 'price_5', mode => 'payment', user_id => undef,
	customer => undef, email => undef, session_id => undef, url => undef }, 'a guest may buy';
is_deeply begin(undef, 'price_5', undef, 'k1'), $guest, 'the same key, the same order';
is begin(undef, 'price_20', undef, 'k1')->{error}, 'idempotency_conflict', 'another price conflicts';
isnt begin(undef, 'price_5', undef, undef)->{order_id}, begin(undef, 'price_5', undef, undef)->{order_id}, 'no key, a new order each time';
is begin(undef, $_, undef, undef)->{error}, 'unknown_price', "$_ is not sold" for qw(price_off price_mute price_free price_none);
is begin(undef, undef, undef, undef)->{field}, 'price_id', 'a price must be named';
is begin(undef, 'price_5', undef, $_)->{field}, 'idempotency_key', 'a key has its limits' for '', 'x' x 256;
is begin(undef, 'price_5', 'somebody', undef)->{error}, 'unauthorized', 'a stranger buys for nobody else';
is begin(user_caller('u1'), 'price_5', 'somebody', undef)->{error}, 'forbidden', 'nor does a user';
is begin($key, 'price_5', 'somebody', undef)->{error}, 'unknown_user', 'a key only for a user there is';
is begin('{"key":"00"}', 'price_5', undef, undef)->{error}, 'unauthorized', 'a wrong key is no guest';
my $mine = begin(user_caller('u1', email => 'u1@example.test'), 'price_month', undef, 'k1');
is_deeply [@$mine{qw(mode email)}], ['subscription', 'u1@example.test'], "a user's order, under their own keys";
is begin($key, 'price_month', 'u1', 'k1')->{order_id}, $mine->{order_id}, 'a key that acts for them finds it';
isnt begin(user_caller('u2'), 'price_month', undef, 'k1')->{order_id}, $mine->{order_id}, "another user's same key is another order";
price('price_month', active => false, recurring => { interval => 'month' });
is begin(user_caller('u1'), 'price_month', undef, 'k1')->{order_id}, $mine->{order_id}, 'an order stands when the price goes';

my $many = [race($db, map { ['api.checkout_begin', undef, 'price_5', undef, 'burst'] } 1 .. 20)];
is scalar(uniq map { $_->{order_id} // 'none' } @$many), 1, 'twenty at once make one order';

# Binding.
my $bind = sub (@args) { ask($dbh, 'api.checkout_bind', @args) };
my $id = $guest->{order_id};
is_deeply $bind->($id, 'cs_1', 'https://pay/1'), { session_id => 'cs_1', url => 'https://pay/1' }, 'an order is bound';
is_deeply $bind->($id, 'cs_1', 'https://pay/1'), { session_id => 'cs_1', url => 'https://pay/1' }, 'again is the same';
is_deeply $bind->($id, 'cs_2', 'https://pay/2'), { session_id => 'cs_1', url => 'https://pay/1' }, 'a second session is told of the first';
is begin(undef, 'price_5', undef, 'k1')->{url}, 'https://pay/1', 'the key now leads to the page';
is $bind->($_, 'cs_9', 'u')->{error}, 'unknown_order', "no order $_" for 'none', '00000000-0000-0000-0000-000000000000';
is $bind->($id, '', 'u')->{field}, 'session_id', 'a session must be named';
is ask($dbh, 'api.success', 'cs_1')->{state}, 'waiting', 'the success page waits for the payment';

# The webhook may be faster than the binding.
my $fast = begin(undef, 'price_5', undef, 'fast')->{order_id};
events_deliver($dbh, event('checkout.session.completed', session('cs_fast', metadata => { order_id => $fast, price_id => 'price_5' })));
is_deeply $bind->($fast, 'cs_fast', 'https://pay/fast'), { session_id => 'cs_fast', url => 'https://pay/fast' }, 'the binding comes late';
is $db->value('select count(*) from orders where session_id = $$cs_fast$$'), 1, 'and it is one order';
is ask($dbh, 'api.success', 'cs_fast')->{balance}, 105, 'with the credits';

my @races = map { my $order = begin(undef, 'price_5', undef, "race$_")->{order_id}; [$order, "cs_race$_"] } 1 .. 10;
my $now = $db->value('select extract(epoch from core.now())::bigint');
race($db, map { my ($order, $cs) = @$_;
	['api.checkout_bind', $order, $cs, 'https://pay'], ['api.stripe_webhook', $now, encode_json(event('checkout.session.completed',
		session($cs, metadata => { order_id => $order, price_id => 'price_5' })))] } @races);
is $db->value(q{select count(*) from orders where session_id like 'cs_race%' and status = 'paid' and url = 'https://pay'}), 10,
    'binding and webhook at once: both are true after';

# The customer and the credits of a buyer.
my $again = begin(user_caller('u1'), 'price_5', undef, undef);
events_deliver($dbh, event('checkout.session.completed', session('cs_u1', customer => 'cus_u1',
	metadata => { order_id => $again->{order_id}, price_id => 'price_5', user_id => $again->{user_id} })));
is begin(user_caller('u1'), 'price_5', undef, undef)->{customer}, 'cus_u1', "the next checkout knows Stripe's customer";
is ask($dbh, 'api.credits', user_caller('u1'), undef)->{balance}, 105, 'and the credits are the buyer\'s';
is ask($dbh, 'api.success', 'cs_u1')->{credits}, 100, 'the success page says how many';
events_deliver($dbh, event('checkout.session.completed', session('cs_mail', customer => undef,
	metadata => { price_id => 'price_5' }, customer_details => { email => 'u1@example.test' })));
is ask($dbh, 'api.credits', user_caller('u1'), undef)->{balance}, 105, 'the same e-mail address joins nobody';
is verify_clean($dbh), '', 'clean books';

done_testing;
