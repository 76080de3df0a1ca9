# SPDX-License-Identifier: MIT
# Who says what was paid, and who says by what, at the same moment: money that went
# back before either was heard of is never forgotten.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Gatehouse::Stripe qw(event invoice price session);
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
$db->sql(q{select core.product_apply('{"id":"prod_x","name":"X","active":true}')});
$db->sql('select core.price_apply(?::jsonb)', encode_json(price('price_x', product => 'prod_x', unit_amount => 1000)));

sub delivery ($event) { ['api.stripe_webhook', time, encode_json($event)] }

sub refunded ($n) {
	events_deliver($dbh, event('charge.refunded', { id => "ch_$n", object => 'charge', amount => 1000, amount_refunded => 1000,
		payment_intent => "pi_$n" }));
}
sub paid ($n) {
	delivery(event('invoice.paid', invoice("in_$n", price => 'price_x', subscription => "sub_$n", customer => "cus_$n",
		amount_paid => 1000)));
}
sub paid_by ($n) {
	delivery(event('invoice_payment.paid', { id => "inpay_$n", object => 'invoice_payment', invoice => "in_$n",
		payment => { type => 'payment_intent', payment_intent => "pi_$n" } }));
}
sub bought ($n) {
	delivery(event('checkout.session.completed', session("cs_$n", mode => 'subscription', subscription => "sub_$n",
		customer => "cus_$n", amount_total => 1000, metadata => { price_id => 'price_x' })));
}

# The second arrives while the first has done its work and not committed yet.
for my $n (1, 2) {
	refunded($n);
	my ($first, $second) = $n == 1 ? (paid_by($n), paid($n)) : (paid($n), paid_by($n));
	my $open = $db->cluster->connect($db->name);
	$open->begin_work;
	ask($open, @$first);
	my $running = Race::start($db, @$second);
	poll(sub { $running->[0]->pg_ready || $db->value(q{select count(*) from pg_stat_activity
		where datname = current_database() and wait_event_type = 'Lock'}) });
	$open->commit;
	is Race::finish($running)->{outcome}, 'applied', "order $n: both are taken";
	ask($dbh, @{ bought($n) });
}

for my $n (3 .. 8) {
	refunded($n);
	my @answers = race($db, paid($n), paid_by($n), bought($n));
	is_deeply [map { $_->{outcome} } @answers], [('applied') x 3], "round $n: all are taken";
}
is $db->value(q{select count(*) from payments where reversed = 1000 and clawed = 100 and gone}), 8, 'each went back';
is $db->value(q{select count(*) from orders where status = 'refunded'}), 8, 'with its order';
is verify_clean($dbh), '', 'and the books agree';
done_testing;
