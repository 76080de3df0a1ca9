# SPDX-License-Identifier: MIT
# What was bought, where the event does not say it: asked from Stripe by an
# outbox row, answered page by page, in any order with what else is missing.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Gatehouse::Stripe qw(event session invoice price subscription);
use List::Util 'shuffle';
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my $key = key_caller('ab' x 32);
$db->sql(q{select core.key_create('app', ?)}, 'ab' x 32);
$db->sql(q{select core.product_apply('{"id":"prod_x","name":"X","active":true}')});
my $ada = ask($dbh, 'api.users', $key, 'ada', undef)->{user}{id};
my %top = (product => 'prod_x', metadata => { credits => '100', discord => 'no' });
$db->sql('select core.price_apply(?::jsonb, 1)', encode_json(price('price_top', %top)));

sub balance { $db->value('select balance from credits where user_id = ?::uuid', $ada) }
sub item ($id, $price, $quantity = 1) { { id => "li_$id", object => 'item', quantity => $quantity, price => price($price, %top) } }
sub list ($more, @items) { { object => 'list', data => \@items, has_more => $more ? true : false, url => '/v1/x' } }
# The open questions, [subject, starting_after] each.
sub questions { [map { my $p = decode_json($_); ["$p->{method} $p->{path}", $p->{params}{starting_after}] }
	map { $_->{payload} } $db->sql(q{select payload::text from outbox where kind like 'stripe%lines' and done_at is null order by id})] }
# Answers the last question as a worker does.
sub answer ($list, $status = 200) {
	my $id = $db->value(q{select max(id) from outbox where kind like 'stripe%lines' and done_at is null});
	$db->sql(q{update outbox set attempts = 1, done_at = core.now(), outcome = 'sent' where id = ?}, $id);
	$db->sql('select core.stripe_lines_apply(?, ?, ?::jsonb)', $id, $status, encode_json($list));
}
sub linked ($id, %fields) {
	event('checkout.session.completed', session($id, payment_link => 'plink_1', client_reference_id => $ada, %fields));
}

subtest 'a Payment Link without metadata' => sub {
	events_deliver($dbh, linked('cs_a', amount_total => 1497));
	is balance(), 5, 'gives nothing yet';
	is ask($dbh, 'api.success', 'cs_a')->{state}, 'waiting', 'its page waits';
	is_deeply questions(), [['GET /v1/checkout/sessions/cs_a/line_items', undef]], 'Stripe is asked';
	answer({ error => { code => 'resource_missing' } }, 404);
	is balance(), 5, 'a refusal tells nothing';
	my $id = $db->value(q{select max(id) from outbox where kind like 'stripe%lines'});
	my $bad = eval { $dbh->do(q{select core.stripe_lines_apply(?, 200, '{"object":"charge"}')}, undef, $id); 1 };
	ok !$bad, 'what is no list is refused';
	$db->sql('select core.stripe_lines_apply(?, 200, ?::jsonb)', $id, encode_json(list(0, item(a1 => 'price_top', 2), item(a2 => 'price_new'))));
	is balance(), 5, 'a price nobody knows yet: still nothing';
	events_deliver($dbh, event('price.created', price('price_new', product => 'prod_x', metadata => { credits => '30', discord => 'no' })));
	is balance(), 235, 'then all of it, times its quantity';
	is ask($dbh, 'api.success', 'cs_a')->{state}, 'none', 'and the page says so';
	$db->sql('select core.stripe_lines_apply(?, 200, ?::jsonb)', $id, encode_json(list(0, item(a1 => 'price_top', 2))));
	events_deliver($dbh, linked('cs_a', amount_total => 1497));
	is balance(), 235, 'again changes nothing';
	is $db->value(q{select count(*) from outbox where kind = 'alert_unpriced' and done_at is null}), 0, 'no alert is left';
};

subtest 'many pages' => sub {
	events_deliver($dbh, linked('cs_p', amount_total => 9999));
	answer(list(1, map { item("p$_" => 'price_top') } 1 .. 100));
	is_deeply questions()->[-1], ['GET /v1/checkout/sessions/cs_p/line_items', 'li_p100'], 'the next page is asked';
	answer(list(1, map { item("p$_" => 'price_top') } 101 .. 200));
	is balance(), 235, 'nothing is given before all is known';
	answer(list(0, map { item("p$_" => 'price_top') } 201 .. 203));
	is balance(), 235 + 20300, 'then everything';
};

subtest 'what needs no question' => sub {
	my $asked = sub { $db->value(q{select count(*) from line_lists}) };
	my $before = $asked->();
	events_deliver($dbh, linked('cs_x', line_items => list(0, item(x1 => 'price_top', 3))));
	is balance(), 20835, 'expanded items count with their quantity';
	events_deliver($dbh, linked('cs_m', amount_subtotal => 499, metadata => { price_id => 'price_top' }));
	is balance(), 20935, 'metadata and the sum of one piece';
	my $order = ask($dbh, 'api.checkout_begin', $key, 'price_top', 'ada', undef)->{order_id};
	events_deliver($dbh, event('checkout.session.completed', session('cs_own', metadata => { order_id => $order, price_id => 'price_top' })));
	is balance(), 21035, 'our own';
	is $asked->(), $before, 'nobody was asked';
	events_deliver($dbh, linked('cs_q', amount_subtotal => 998, metadata => { price_id => 'price_top' }));
	is_deeply questions()->[-1], ['GET /v1/checkout/sessions/cs_q/line_items', undef], 'a Payment Link whose sum says more than one piece is';
	answer(list(0, item(q1 => 'price_top', 2)));
	is balance(), 21235, '... and both pieces count';
	events_deliver($dbh, event('checkout.session.completed', session('cs/../x', payment_link => 'p')));
	is $db->value(q{select count(*) from line_lists where subject like 'cs/%'}), 0, 'an id that is none is not asked for';
};

# An invoice with more lines than its event has room for: fetched before the
# grant is decided; in whatever order, one end.
subtest 'a long invoice' => sub {
	my $long = invoice('in_long', price => 'price_top', subscription => 'sub_l', customer => 'cus_l', billing_reason => 'subscription_cycle');
	$long->{lines}{has_more} = true;
	my @lines = map { { %{ $long->{lines}{data}[0] }, id => "il_$_", quantity => $_ } } 1 .. 12;
	$lines[2] = { %{ $lines[2] }, amount => -999, parent => { type => 'subscription_item_details',
		subscription_item_details => { proration => true } } };
	my @steps = (event('invoice.paid', $long), event('customer.subscription.created', subscription('sub_l', 'price_top', customer => 'cus_l')),
		event('charge.refunded', { id => 'ch_long', object => 'charge', amount => 999, amount_refunded => 333, invoice => 'in_long' }));
	for (1 .. 6) {
		$dbh->begin_work;
		my ($first, @rest) = shuffle @steps;
		events_deliver($dbh, $first, @rest);
		is $dbh->selectrow_array(q{select status from payments where effect = 'invoice:in_long'}), 'unpriced', 'waits for the rest';
		for my $page (list(1, @lines[0 .. 4]), list(0, @lines[5 .. 11])) {
			$dbh->do(q{select core.stripe_lines_apply((select max(id) from outbox where kind = 'stripe_invoice_lines'), 200, ?::jsonb)},
			    undef, encode_json($page));
		}
		is $dbh->selectrow_array(q{select balance from credits join identities using (user_id) where subject = 'cus_l'}),
		    5 + 7500 - 2500, 'all lines but the proration count, less what was refunded';
		is verify_clean($dbh), '', 'the books agree';
		$dbh->rollback;
	}
	events_deliver($dbh, event('invoice.paid', $long));
	answer(list(0, $lines[2]));
	is $db->value(q{select status from payments where effect = 'invoice:in_long'}), 'none', 'when nothing in it buys anything, it buys nothing';
};

subtest 'a subscription sold by a Payment Link, with a seat among several things' => sub {
	$db->sql('select core.price_apply(?::jsonb, 1)', encode_json(price('price_club', product => 'prod_x', recurring => { interval => 'month' })));
	events_deliver($dbh, event('checkout.session.completed', session('cs_club', mode => 'subscription', subscription => 'sub_c',
		customer => 'cus_c', payment_link => 'plink_2')));
	is ask($dbh, 'api.success', 'cs_club')->{state}, 'waiting', 'what it carries is not known';
	answer(list(0, item(c1 => 'price_top'), item(c2 => 'price_club')));
	is ask($dbh, 'api.success', 'cs_club')->{state}, 'ready', 'then there is the seat';
};

is verify_clean($dbh), '', 'and the books agree';
done_testing;
