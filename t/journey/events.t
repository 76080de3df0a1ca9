# SPDX-License-Identifier: MIT
# Every sample event, in today's shapes and those of 2020, signed by Stripe's own
# library, each delivered 20 times at once, in random order, with the program
# killed by -9 again and again: the same end as one clean delivery.
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Stripe qw(event payload payloads sign_by_stripe session invoice price subscription);
use List::Util qw(shuffle sum);
use Mojo::Promise;

my $copies = 20;
my @events = ((map { payload($_) } payloads()), _made());

# What the samples lack: a guest's payment, its twin under another event id, an
# invoice of an unknown subscription, a price that changes, letters.
sub _made {
	my %guest = (metadata => { price_id => 'price_top' }, customer_details => { email => "zoë\@example.test" });
	my %old = (created => 1_600_000_000);
	return (
		event('price.created', price('price_top', metadata => { credits => '100' }), id => 'evt_m1', %old),
		event('price.updated', price('price_top', metadata => { credits => '100' }, nickname => 'ÜĞ🚪'), id => 'evt_m2', created => 1_600_000_100),
		event('checkout.session.completed', session('cs_test_m1', %guest), id => 'evt_m3'),
		event('checkout.session.completed', session('cs_test_m1', %guest), id => 'evt_m4'),
		event('checkout.session.async_payment_succeeded', session('cs_test_m1', %guest), id => 'evt_m5'),
		event('invoice.paid', invoice('in_m1', price => 'price_top', subscription => 'sub_m1', customer => 'cus_m1'), id => 'evt_m6'),
		event('invoice.paid', invoice('in_m1', price => 'price_top', subscription => 'sub_m1', customer => 'cus_m1'), id => 'evt_m7'),
		event('customer.subscription.created', subscription('sub_m1', 'price_top', customer => 'cus_m1'), id => 'evt_m8'),
		event('some.type_of_the_future', { id => 'x_1', object => 'x' }, id => 'evt_m9'),
	);
}

# Deliveries of these events: arguments of request, signed by Stripe's library.
sub signed ($site, @list) {
	my @bodies = map { encode_json($_) } @list;
	my @headers = sign_by_stripe($site->conf->{STRIPE_WEBHOOK_SIGNING_SECRET}, time | 0, @bodies);
	return map { [$site->signed_event($bodies[$_], signature => $headers[$_])] } 0 .. $#bodies;
}

# Sends all, $width at once, and those that are not acknowledged again, as
# Stripe does.  Returns how often that was necessary.
sub deliver_all ($site, $width, @queue) {
	my ($again, $end) = (0, time + 120);
	my $next;
	$next = sub {
		my $delivery = shift @queue or return Mojo::Promise->resolve;
		return Mojo::Promise->reject('not all was acknowledged in two minutes') if time > $end;
		return $site->promise(@$delivery)->then(sub ($res) { $res->code == 200 }, sub { 0 })->then(sub ($done) {
			push @queue, $delivery and $again++ unless $done;
			return $next->();
		});
	};
	Mojo::Promise->all(map { $next->() } 1 .. $width)->catch(sub ($why) { fail $why })->wait;
	undef $next;
	return $again;
}

sub new_site { Gatehouse->site(handlers => ['stripe-webhook']) }

# ---- one clean delivery, in the order things happened ---------------------------

my $calm = new_site();
deliver_all($calm, 1, signed($calm, sort { $a->{created} <=> $b->{created} } @events));
my $clean = $calm->state;

subtest 'one clean delivery' => sub {
	is $calm->value('select count(*) from stripe_events'), @events, 'every event is recorded';
	is_deeply [map { $_->{effect} } $calm->sql('select effect from credit_lots where source <> ? order by effect', 'trial')],
	    [qw(invoice:in_TestAda000001 invoice:in_TestAda000002 invoice:in_TestOld000001 invoice:in_TestOld000002 invoice:in_m1
	    session:cs_test_TestOld000002 session:cs_test_m1)],
	    'credits for what was paid and priced, nothing for the rest';
	is $calm->value(q{select sum(balance) from credits c join identities i using (user_id) where subject = 'cus_TestAda000001'}), 255,
	    'two paid periods, one of them refunded, and the trial';
	is $calm->value(q{select count(*) from credits where balance <> (select sum(remaining) from credit_lots l where l.user_id = credits.user_id)
		or balance <> (select sum(amount) from credit_transactions t where t.user_id = credits.user_id)}), 0,
		    'lots and ledger sum to the balance';
};

# ---- the storm ------------------------------------------------------------------

sub is_whole ($site, $name) {
	is $site->state, $clean, "$name: the state of one clean delivery";
	is $site->value('select count(*) from stripe_events'), @events, "$name: every event is recorded";
	cmp_ok $site->value('select min(deliveries) from stripe_events'), '>=', $copies,
	    "$name: and every delivery counted";
	is $site->value('select coalesce(sum(faults), 0) from core.verify()'), 0,
	    "$name: verify finds no fault";
}

subtest "each event $copies times at once, events in random order" => sub {
	my $site = new_site();
	my $again = 0;
	my $kills = $site->while_killing('stripe-webhook', sub {
		$again += deliver_all($site, $copies, ($_) x $copies) for shuffle signed($site, @events);
	});
	cmp_ok $kills, '>', 3, "the program was killed $kills times";
	note "$again deliveries were repeated";
	is_whole($site, 'in bursts');
};

subtest 'all deliveries mixed, 60 at once' => sub {
	my $site = new_site();
	my $kills = $site->while_killing('stripe-webhook', sub {
		deliver_all($site, 60, shuffle map { ($_) x $copies } signed($site, @events));
	});
	cmp_ok $kills, '>', 3, "the program was killed $kills times";
	is_whole($site, 'mixed');
};

subtest 'the order of arrival does not matter' => sub {
	for my $order (['newest first', sort { $b->{created} <=> $a->{created} } @events],
		['prices and products last', sort { ($a->{type} =~ /^pr/ || 0) <=> ($b->{type} =~ /^pr/ || 0) } @events]) {
		my ($name, @list) = @$order;
		my $site = new_site();
		deliver_all($site, 1, signed($site, @list));
		is $site->state, $clean, $name;
	}
};

done_testing;
