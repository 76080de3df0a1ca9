# SPDX-License-Identifier: MIT
# Whatever order Stripe's events come in, and however often: one end state.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Gatehouse::Stripe qw(event payload payloads session invoice price subscription);
use List::Util qw(shuffle);
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my $seed = $ENV{GATEHOUSE_SEED} // time;
srand $seed;
my ($checked, @faults) = 0;
diag "GATEHOUSE_SEED=$seed";

# The end state of a history, which is then undone; now and then with the books checked.
sub outcome ($dump, @events) {
	$dbh->begin_work;
	my @got = events_deliver($dbh, @events);
	my $state  = $dump->();
	my $faults = $checked++ % 20 ? '' : verify_clean($dbh);
	$dbh->rollback;
	die 'an event was refused' if grep { !$_->{received} } @got;
	push @faults, $faults if $faults;
	return $state;
}

my $everything = sub { $db->state . ask_text(q{select string_agg(concat_ws(' ', effect, status, credits, amount, currency),
	e'\n' order by effect) from payments}) . ask_text(q{select string_agg(dedupe_key, e'\n' order by dedupe_key) from outbox where kind not like 'stripe%lines'})
	. ask_text(q{select string_agg(concat_ws(' ', id, outcome), e'\n' order by id) from stripe_events}) };

sub ask_text ($query) { ($dbh->selectrow_array($query) // '') . "\n" }

# Every order of few things.
sub permutations (@items) {
	return [] unless @items;
	return map {
		my $i = $_;
		map { [$items[$i], @$_] } permutations(@items[grep { $_ != $i } 0 .. $#items]);
	} 0 .. $#items;
}

# One test: all these histories end as the first does; returns that state.
sub same ($name, $dump, @histories) {
	my $want = outcome($dump, @{ $histories[0] });
	for my $history (@histories) {
		my $got = outcome($dump, @$history);
		next if $got eq $want;
		is $got, $want, $name;
		diag 'order: ', join ' ', map { "$_->{id} ($_->{type})" } @$history;
		return $want;
	}
	pass sprintf '%s: %d histories, one end', $name, scalar @histories;
	return $want;
}

# Deliver some of them twice, at random places.
sub with_repeats (@events) { shuffle @events, grep { rand() < 0.3 } @events }

my @ada = map { payload($_) } qw(price.created customer.subscription.created
	checkout.session.completed invoice.paid invoice.paid.1);
my $state = same 'a subscription, first payment and renewal', $everything, permutations(@ada);
like $state, qr/^balance: stripe_customer:cus_TestAda000001 \| 505 \| 0$/m, 'two months and the trial are in the balance';
like $state, qr/^seat: stripe_customer:cus_TestAda000001 \| cs_test_TestAda000001 \| owed$/m, 'the order has one seat';

my @samples = map { payload($_) } payloads();
is scalar(grep { m{^2020/} } payloads()), 9, 'the shapes of 2020 are there';
$state = same 'all samples, new and of 2020, some twice', $everything, [@samples],
    map { [with_repeats(@samples)] } 1 .. 100;
like $state, qr/cus_TestOld000001 \| 755 \| 0$/m, 'the shapes of 2020 buy: two months, one top-up, the trial';
like $state, qr/^event: evt_Test0000000110 \| charge.dispute.created$/m, 'what is not handled is recorded';
like $state, qr/^invoice:in_TestOld000005 none 700 usd$/m, 'a proration is money but buys nothing';
unlike $state, qr/in_TestAda000004/, 'a free invoice is neither';
like $state, qr/^session:cs_test_TestAda000002 unpriced 2000 usd\n/m, 'a payment nobody can price is kept in sight';
like $state, qr/^unpriced:session:cs_test_TestAda000002$/m, 'and the operator told';
unlike $state, qr/^unpriced:invoice/m, 'an alarm that settled itself is withdrawn';

# Our own checkouts: the order says what and for whom.
$db->sql(q{insert into products (id, name, active) values ('prod_o', 'Top-up', true)});
$db->sql(q{select core.price_apply('{"id":"price_o","product":"prod_o","active":true,"unit_amount":499,"currency":"usd","metadata":{"credits":"100"}}', 5)});
my $user  = $db->value(q{select core.user_create('buyer', 'buyer@example.test')});
my $order = ask($dbh, 'api.checkout_begin', user_caller('buyer'), 'price_o', undef, 'key-1')->{order_id};
my %tie   = (order_id => $order, price_id => 'price_o', user_id => $user);

$state = same 'a delayed payment', $everything, permutations(
	event('checkout.session.completed', session('cs_async', payment_status => 'unpaid', metadata => \%tie)),
	event('checkout.session.async_payment_succeeded', session('cs_async', metadata => \%tie)),
	event('price.updated', price('price_o', product => 'prod_o', metadata => { credits => 7 }), created => 9),
	event('price.updated', price('price_o', product => 'prod_o', metadata => { credits => 8 }), created => 8));
like $state, qr/^lot: buyer \| purchase \| 100 \| 100 /m, 'grants what was promised at checkout, not what the price says later';
like $state, qr/^price: price_o \| prod_o \| t \| 499 \| 7 /m, 'while the newest price stands';

$state = same 'a delayed payment that fails', $everything, permutations(
	event('checkout.session.completed', session('cs_async', payment_status => 'unpaid', metadata => \%tie)),
	event('checkout.session.async_payment_failed', session('cs_async', payment_status => 'unpaid', metadata => \%tie)));
like $state, qr/^order: cs_async \| buyer .* failed /m, 'ends failed';
unlike $state, qr/cs_async.*owed|purchase/, 'and gives nothing';

$state = same 'paid and expired', $everything, permutations(
	event('checkout.session.completed', session('cs_late', metadata => \%tie)),
	event('checkout.session.expired', session('cs_late', payment_status => 'unpaid', metadata => \%tie)));
like $state, qr/^order: cs_late \| buyer \| price_o \| payment \| paid /m, 'paid stands';

$state = same 'two sessions of one order', $everything,
	([event('checkout.session.completed', session('cs_one', metadata => \%tie), id => 'evt_one'),
	event('checkout.session.completed', session('cs_two', metadata => \%tie), id => 'evt_two')]) x 10;
like $state, qr/^balance: buyer \| 205 /m, 'both were paid, both grant';
is scalar(() = $state =~ /^seat: buyer/mg), 1, 'one live seat per person';

# Two orders of one person: the seat belongs to the one paid first.
same 'which order carries the seat', $everything, permutations(
	map { event('checkout.session.completed', session("cs_seat$_", metadata => { price_id => 'price_o', user_id => $user }),
		created => 1790000000 + int($_ / 2)) } 1 .. 4);

# Subscriptions bought here, in both shapes of the invoice.
my %sub = (price_id => 'price_s', user_id => $user);
for my $old (0, 1) {
	my $paid = invoice('in_s', price => 'price_s', subscription => 'sub_s', customer => 'cus_s',
		billing_reason => 'subscription_create', 2020 => $old);
	$old ? ($paid->{lines}{data}[0]{metadata} = \%sub) : ($paid->{parent}{subscription_details}{metadata} = \%sub);
	$state = same 'a subscription of ours' . ($old ? ' in 2020' : ''), $everything, permutations(
		event('checkout.session.completed', session('cs_s', mode => 'subscription', subscription => 'sub_s',
			customer => 'cus_s', metadata => \%sub)),
		event('invoice.paid', $paid),
		event('customer.subscription.created', subscription('sub_s', 'price_s', customer => 'cus_s', 2020 => $old)),
		event('price.created', price('price_s', metadata => { credits => '250' }, recurring => { interval => 'month' })));
	like $state, qr/^balance: buyer \| 255 /m, 'its credits come once, to the one who bought';
	like $state, qr/^subscription: sub_s \| buyer /m, 'and it is known whose it is';
}

# A Payment Link says whom the credits are for only in its session; the invoice
# may be first, and then they go to the payer for a while.
my $whose = sub { ask_text(q{select string_agg(l, e'\n' order by l) from (
	select concat_ws(' ', 'balance', external_id, balance) as l from credits join users on id = user_id where external_id is not null
	union all select concat_ws(' ', 'lot', u.external_id, source, amount, remaining, effect)
	from credit_lots l join users u on u.id = user_id where open and (external_id is not null or source <> 'trial')
	union all select concat_ws(' ', 'seat', external_id, state, o.session_id) from seats s join users u on u.id = s.user_id
	join orders o on o.id = s.order_id where state <> 'revoked'
	union all select concat_ws(' ', 'identity', subject, external_id) from identities join users u on u.id = user_id
	union all select concat_ws(' ', 'payment', effect, external_id, p.credits) from payments p join users u on u.id = user_id
	union all select concat_ws(' ', 'subscription', s.id, external_id) from subscriptions s join users u on u.id = user_id) x}) };
$state = same 'a subscription for somebody who is named later', $whose, permutations(
	event('checkout.session.completed', session('cs_l', mode => 'subscription', subscription => 'sub_l',
		customer => 'cus_l', client_reference_id => $user)),
	event('invoice.paid', invoice('in_l1', price => 'price_l', subscription => 'sub_l', customer => 'cus_l',
		billing_reason => 'subscription_create')),
	event('invoice.paid', invoice('in_l2', price => 'price_l', subscription => 'sub_l', customer => 'cus_l')),
	event('customer.subscription.created', subscription('sub_l', 'price_l', customer => 'cus_l')),
	event('price.created', price('price_l', metadata => { credits => '250' }, recurring => { interval => 'month' })));
like $state, qr/^balance buyer 505$/m, 'has all the credits';
unlike $state, qr/^(?:seat|subscription|identity \S+) .*buyer/m, '... and nothing else';

# The newest version of a price and a product stands, deleted is the last word.
same 'versions of one price and its product', $everything, permutations(
	event('price.created', price('price_v', product => 'prod_v', unit_amount => 1), created => 100, id => 'evt_v3'),
	event('price.updated', price('price_v', product => 'prod_v', unit_amount => 2), created => 100, id => 'evt_v2'),
	event('price.updated', price('price_v', product => 'prod_v', unit_amount => 3), created => 100, id => 'evt_v1'),
	event('price.deleted', price('price_v', product => 'prod_v', unit_amount => 2), created => 100, id => 'evt_v0'),
	event('product.updated', { id => 'prod_v', object => 'product', name => 'V', active => true }, created => 1));

# Canceled is final, even when an older update comes later.
$state = same 'a canceled subscription', $everything, permutations(
	event('customer.subscription.created', subscription('sub_c', 'price_o', status => 'incomplete'), created => 100),
	event('customer.subscription.updated', subscription('sub_c', 'price_o'), created => 100),
	event('customer.subscription.deleted', subscription('sub_c', 'price_o', status => 'canceled'), created => 101),
	event('customer.subscription.updated', subscription('sub_c', 'price_o', status => 'past_due'), created => 102));
like $state, qr/^subscription: sub_c .* canceled$/m, 'stays canceled';

# A free trial pays nothing and gets nothing until its first real invoice.
my $free = event('checkout.session.completed', session('cs_f', mode => 'subscription', subscription => 'sub_f',
	customer => 'cus_f', amount_total => 0, payment_status => 'no_payment_required', metadata => { price_id => 'price_o' }));
my $zero = event('invoice.paid', invoice('in_f0', price => 'price_o', subscription => 'sub_f', customer => 'cus_f',
	amount_paid => 0, billing_reason => 'subscription_create'));
unlike outcome($everything, $free, $zero), qr/^(seat|lot: stripe)/m, 'a free trial gives neither seat nor credits';
$state = same 'a trial that is then paid', $everything, permutations($free, $zero,
	event('invoice.paid', invoice('in_f1', price => 'price_o', subscription => 'sub_f', customer => 'cus_f')));
like $state, qr/^seat: stripe_customer:cus_f \| cs_f \| owed$/m, 'the first money brings the seat';
like $state, qr/^balance: stripe_customer:cus_f \| 105 /m, 'and the credits';

# What must not be sold is recorded and never sold, nor does it pay anything out.
for my $fault ([unit_amount => 0], [unit_amount => -5], [unit_amount => undef], [metadata => { credits => '-3' }],
	[metadata => { credits => 'many' }], [metadata => { credits => '1e9' }], [metadata => { credits => '99999999999999999999' }]) {
	my $text = outcome(sub { ask_text(q{select concat_ws(' ', active, credits is null, fault) from prices where id = 'price_bad'})
		. encode_json(ask($dbh, 'api.pricing')) }, event('price.created', price('price_bad', @$fault)),
		event('product.created', { id => 'prod_price_bad', name => 'Bad', active => true }));
	like $text, qr/^f t \w/, "a price with @{[ $fault->[0] ]} @{[ encode_json([$fault->[1]]) ]} is kept with its fault";
	unlike $text, qr/price_bad/, 'and not for sale';
}

# Events that say nothing usable are recorded, never an error.
for my $object ({}, { id => '' }, { id => 'cs_x', mode => 'setup' }, 'text', [1], undef) {
	my ($got) = do { $dbh->begin_work; my @g = events_deliver($dbh, event('checkout.session.completed', $object)); $dbh->rollback; @g };
	is $got->{outcome}, 'recorded', 'a session ' . encode_json([$object]) . ' is only recorded';
}
for my $type (qw(checkout.session.completed invoice.paid customer.subscription.updated price.updated product.updated)) {
	my $hostile = { id => 'x1', mode => 7, amount_total => 1e30, amount_paid => 10, subscription => 'sub_h', currency => 'usd',
		quantity => -1, display_items => { a => 1 }, lines => { data => 'x' }, items => { data => [[], 5, { id => 'i', price => {} }] },
		metadata => [1], active => 'yes', unit_amount => {}, created => 'x', customer => undef, billing_reason => 'subscription_cycle' };
	$dbh->begin_work;
	my ($got) = events_deliver($dbh, { %{ event($type, $hostile) }, created => 1e14, livemode => 'maybe', api_version => [] });
	$dbh->rollback;
	ok $got->{received}, "$type with a senseless object does no harm";
}

is "@faults", '', 'the books were clean whenever they were checked';

done_testing;
