# SPDX-License-Identifier: MIT
# Trials farmed with one card (vm0#15772), and by registering again (21st#288):
# who pays with a card seen with somebody else has no second trial and is shown to
# the operator; whoever hears of the card or the purchase first, one end.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Gatehouse::Stripe qw(event session price);
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my $key = key_caller('ab' x 32);
$db->sql(q{select core.key_create('app', ?)}, 'ab' x 32);
$db->sql(q{select core.product_apply('{"id":"prod_x","name":"X","active":true}')});
$db->sql('select core.price_apply(?::jsonb, 1)', encode_json(price('price_x', product => 'prod_x')));

sub charge ($customer, $card, $n = 1) {
	event('charge.succeeded', { id => "ch_$customer$n", object => 'charge', amount => 499, customer => $customer,
		payment_method_details => { type => 'card', card => { fingerprint => $card } } });
}
sub attached ($customer, $card) {
	event('payment_method.attached', { id => "pm_$customer", object => 'payment_method', type => 'card', customer => $customer,
		card => { fingerprint => $card } });
}
sub bought ($customer, %fields) {
	event('checkout.session.completed', session("cs_$customer", customer => $customer, metadata => { price_id => 'price_x', %fields }));
}
sub balance ($customer) { $dbh->selectrow_array(q{select balance from credits join identities using (user_id) where subject = ?}, undef, $customer) }
sub flags { scalar $dbh->selectrow_array('select count(*) from user_flags') }
sub person ($name) { ask($dbh, 'api.users', $key, $name, undef)->{user}{id} }

events_deliver($dbh, charge('cus_1', 'card_A'), bought('cus_1'));
is balance('cus_1'), 105, 'the first with a card has the trial';
is flags(), 0, 'nothing to see';

for my $order ([0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]) {
	my @events = (charge('cus_2', 'card_A'), attached('cus_2', 'card_A'), bought('cus_2'));
	$dbh->begin_work;
	events_deliver($dbh, @events[@$order]);
	is_deeply [balance('cus_2'), flags()], [100, 1], "the second has none, and is shown (order @$order)";
	is verify_clean($dbh), '', 'the books agree';
	$dbh->rollback;
}
events_deliver($dbh, charge('cus_3', 'card_B'), bought('cus_3'), charge('cus_3', 'card_B', 2));
is balance('cus_3'), 105, 'another card, another person';

subtest 'who signed up first' => sub {
	my $ada = person('ada');
	events_deliver($dbh, bought('cus_ada', user_id => $ada), charge('cus_ada', 'card_A'));
	is balance('cus_ada'), 105, 'keeps the trial they were given';
	is_deeply [map { "$_->{who} $_->{other}" } $db->sql(q{select u.external_id as who, i.subject as other from user_flags
		join users u on u.id = user_id join identities i on i.user_id = other_id})], ['ada cus_1'], 'but is shown to the operator';
	events_deliver($dbh, bought('cus_ada2', user_id => $ada), charge('cus_ada2', 'card_A'));
	is flags(), 1, 'once';
};

subtest 'a guest who turns out to be the one they share with' => sub {
	my $eve = person('eve');
	events_deliver($dbh, bought('cus_eve', user_id => $eve), charge('cus_eve', 'card_E'));
	events_deliver($dbh, charge('cus_eve2', 'card_E'), bought('cus_eve2'));
	is flags(), 2, 'shares with somebody';
	events_deliver($dbh, event('checkout.session.completed', session('cs_join', customer => 'cus_eve2',
		metadata => { price_id => 'price_x', user_id => $eve })));
	is flags(), 1, 'with themselves: nothing to see';
	is balance('cus_eve'), 305, 'and all they bought is theirs, with one trial';
};

$db->sql(q{insert into user_roles (user_id, role) values (?, 'admin')}, my $boss = person('boss'));
$db->sql(q{select core.session_open(?, ?, null)}, $boss, 'cd' x 32);
my ($shown) = @{ ask($dbh, 'api.admin', session_caller('cd' x 32))->{flags} };
is_deeply [@$shown{qw(kind user)}], ['shared_card', 'ada'], 'the operator sees who';
is $db->value(q{select count(*) from card_marks where encode(mark, 'escape') like '%card%'}), 0, 'no fingerprint is kept as it came';
events_deliver($dbh, event('charge.succeeded', { id => 'ch_bank', object => 'charge', customer => 'cus_9',
	payment_method_details => { type => 'us_bank_account', us_bank_account => { fingerprint => 'x' } } }));
is $db->value('select outcome from stripe_events order by received_at desc, id desc limit 1') // '', 'recorded', 'what is no card is only recorded';
is verify_clean($dbh), '', 'and the books agree';
done_testing;
