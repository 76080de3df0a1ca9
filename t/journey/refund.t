# SPDX-License-Identifier: MIT
# Money that goes back, over HTTP: bought, spent, refunded and disputed in the
# sandbox, told to the site by signed events, in today's shapes and those of 2020.
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;

my $site = Gatehouse->site(handlers => [qw(stripe-webhook checkout users pricing credits credit-meter success get-discord-invite)],
	sandbox => 1);
my %conf = %{ $site->conf };
my @key  = $site->bearer($site->key);
$site->cli('stripe', 'catalogue');

sub control ($action, %more) {
	my $res = $site->json('/sandbox/control', { action => $action, %more });
	diag $res->body unless $res->code == 200;
	return $res->json->{result};
}
sub settled { poll(sub { !$site->get('/sandbox/control')->json->{deliveries}{pending} }, 20) }
sub stripe ($path) { $site->get("/sandbox/stripe/v1/$path", $site->bearer($conf{STRIPE_SECRET_KEY}))->json->{data} }
sub charge ($amount) { (grep { $_->{amount} == $amount } @{ stripe('charges?limit=100') })[0]{id} }
sub user ($name) { $site->json('/api/users', { external_id => $name }, @key)->json->{user}{id} }
sub wallet ($user) { my $got = $site->get("/api/credits?user_id=$user", @key)->json; [@$got{qw(balance debt)}] }
sub spend ($user, $n) {
	$site->json('/functions/v1/credit-meter', { user_id => $user, agent => 'chat', quantity => $n }, @key)->code;
}
sub buy ($user, $amount) {
	my $price = $site->value('select id from prices where unit_amount = ?', $amount);
	my $order = $site->json('/api/checkout', { price_id => $price, user_id => $user }, @key)->json;
	control('pay', session => $order->{session_id}, how => 'card', email => 'ada@example.test');
	settled();
	return $order->{session_id};
}
sub invite ($session) { $site->json('/functions/v1/get-discord-invite', { session_id => $session }) }
# Stripe's times are seconds: what must be later waits for the next one.
sub next_second { my $now = int time; poll(sub { time >= $now + 1 }) }
sub happens ($action, %more) { my $got = control($action, %more); settled(); return $got }

$site->psql(q{INSERT INTO invites_pool (code, invite_url) SELECT 'c' || n, 'https://discord.gg/c' || n FROM generate_series(1, 9) n});

for my $shape (qw(current 2020)) {
	subtest "events of $shape" => sub {
		control('settings', event_shape => $shape);
		my $ada = user("ada-$shape");
		my $session = buy($ada, 1999);
		is_deeply wallet($ada), [505, 0], 'bought';
		is invite($session)->code, 200, 'the invite is had';

		my $refund = happens('refund', charge => charge(1999), amount => 400);
		is_deeply wallet($ada), [405, 0], 'a fifth of the money back, a fifth of the credits';
		happens('refund', charge => charge(1999), amount => 600);
		is_deeply wallet($ada), [255, 0], 'the second partial refund counts, too';
		happens('fail_refund', refund => $refund->{id});
		is_deeply wallet($ada), [355, 0], 'a refund that failed gives back';
		is spend($ada, 300), 200, 'most of it is spent';
		happens('refund', charge => charge(1999));
		is_deeply wallet($ada), [0, 295], 'refunded in full: what is spent is owed';
		error_is(invite($session), 410, 'order_refunded', 'there is no invite any more');
		is $site->get("/success?session_id=$session", Accept => 'application/json')->json->{state}, 'refunded', 'the page says so';
		is spend($ada, 1), 402, 'nothing is left to spend';

		buy($ada, 499);
		is_deeply wallet($ada), [0, 195], 'the next purchase repays';
		buy($ada, 4999);
		is_deeply wallet($ada), [1305, 0], 'until nothing is owed';

		my $dispute = happens('dispute', charge => charge(4999));
		is_deeply wallet($ada), [0, 195], 'a dispute takes back while it is open';
		happens('close_dispute', dispute => $dispute->{id}, outcome => 'won');
		is_deeply wallet($ada), [1305, 0], 'won: the same lots have theirs again';
	};
}

subtest 'a subscription' => sub {
	control('settings', event_shape => 'current');
	my $eve = user('eve');
	my $session = buy($eve, 999);
	is_deeply wallet($eve), [255, 0], 'the first month';
	my ($sub) = @{ stripe('subscriptions') };
	next_second();
	happens('renew', subscription => $sub->{id}, outcome => 'failed');
	is_deeply wallet($eve), [255, 0], 'a payment that fails takes nothing';
	is $site->value('select status from subscriptions where id = ?', $sub->{id}), 'past_due', 'it is past due';
	is $site->value(q{select count(*) from outbox where kind = 'payment_failed_notice'}), 1, 'the member is to be told';
	my ($open) = @{ stripe('invoices?status=open') };
	next_second();
	happens('pay_invoice', invoice => $open->{id});
	is_deeply wallet($eve), [505, 0], 'paid after all';
	is $site->value('select status from subscriptions where id = ?', $sub->{id}), 'active', 'it is active again';

	is invite($session)->code, 200, 'the seat is taken';
	my $intent = $site->value(q{select i.payment_intent from payments join invoice_payments i on effect = 'invoice:' || invoice
		order by paid_at desc, effect desc limit 1});
	my ($charge) = @{ stripe("charges?payment_intent=$intent") };
	my $dispute = happens('dispute', charge => $charge->{id});
	is_deeply wallet($eve), [255, 0], 'its latest month is disputed';
	is invite($session)->code, 200, 'the seat stays while that is open';
	happens('close_dispute', dispute => $dispute->{id}, outcome => 'lost');
	error_is(invite($session), 410, 'order_refunded', 'lost: the seat is gone');
	is_deeply [map { $_->{kind} } $site->sql(q{select distinct kind from outbox where kind like 'discord.%' order by kind})],
	    ['discord.invite_delete', 'discord.role_remove'], 'its invite is to be deleted, the role removed';
};

is $site->value('select sum(faults) from core.verify()'), 0, 'verify finds no fault';
done_testing;
