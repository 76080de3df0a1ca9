# SPDX-License-Identifier: MIT
# Money that goes back.  One customer's year, in whatever order its events come
# and however often, ends in one state; refunds and disputes are netted per charge.
# Names such as fountain#1126 are public reports of how others got it wrong.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Gatehouse::Stripe qw(event session invoice price subscription);
use List::Util qw(shuffle);
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my $seed = $ENV{GATEHOUSE_SEED} // time;
srand $seed;
diag "GATEHOUSE_SEED=$seed";

my $now  = int time;
my $day  = 86400;
$db->sql(q{select core.price_apply(?::jsonb, 1)}, encode_json(price("price_$_->[0]", product => 'prod_x', unit_amount => $_->[1],
	metadata => { credits => "$_->[2]" }))) for ['top', 1000, 100], ['big', 5000, 500], ['sub', 2000, 250], ['pro', 4000, 600];
$db->sql(q{update products set active = true, name = 'X'});
my $ada = $db->value(q{select core.user_create('ada', null)});

# What happened at Stripe, $at days from now (a fraction orders one day).
sub at ($at) { $now + int($at * $day) }
sub purchase ($id, $price, $amount, $at) {
	event('checkout.session.completed', session("cs_$id", amount_total => $amount, payment_intent => "pi_$id",
		metadata => { user_id => $ada, price_id => $price }), created => at($at), id => "evt_buy_$id");
}
sub refunded ($id, $amount, $total, $at, %charge) {
	event('charge.refunded', { id => "ch_$id", object => 'charge', amount => $amount, amount_refunded => $total,
		payment_intent => "pi_$id", %charge }, created => at($at), id => "evt_back_${id}_${total}_$at");
}
sub refund ($type, $id, $n, $amount, $at) {
	event($type, { id => "re_${id}_$n", object => 'refund', amount => $amount, charge => "ch_$id", payment_intent => "pi_$id",
		status => $type =~ /failed/ ? 'failed' : 'succeeded', created => at($at) }, created => at($at));
}
sub dispute ($what, $id, $amount, $status, $at, $n = 1) {
	event("charge.dispute.$what", { id => "du_${id}_$n", object => 'dispute', amount => $amount, charge => "ch_$id",
		payment_intent => "pi_$id", status => $status, created => at($at) }, created => at($at));
}
sub renewal ($id, $at, %fields) {
	my $bill = invoice("in_$id", price => 'price_sub', subscription => 'sub_ada', customer => 'cus_ada', amount_paid => 2000,
		amount_due => 2000, %fields);
	$bill->{parent}{subscription_details}{metadata} = { user_id => $ada };
	return (event('invoice.paid', $bill, created => at($at)), event('invoice_payment.paid', { id => "inpay_$id",
		object => 'invoice_payment', invoice => "in_$id", status => 'paid', payment => { type => 'payment_intent',
		payment_intent => "pi_$id" } }, created => at($at)));
}
sub subscribed ($type, $at, %fields) {
	event("customer.subscription.$type", subscription('sub_ada', $fields{price} // 'price_sub', customer => 'cus_ada',
		status => $fields{status} // 'active'), created => at($at));
}

# ---- the end state of a history, which is then undone --------------------------------

my ($checked, @faults) = 0;

sub outcome ($before, @events) {
	$dbh->begin_work;
	$before->();
	events_deliver($dbh, @events);
	my $state = $db->state =~ s/^event: .*\n//mgr;
	push @faults, verify_clean($dbh) || () unless $checked++ % 10;
	$dbh->rollback;
	return $state;
}

sub permutations (@items) {
	return [] unless @items;
	return map {
		my $i = $_;
		map { [$items[$i], @$_] } permutations(@items[grep { $_ != $i } 0 .. $#items]);
	} 0 .. $#items;
}

my $nothing = sub { };

# One test: all these histories, after $before, end as the first does; returns that state.
sub same ($name, $before, @histories) {
	my $want = outcome($before, @{ $histories[0] });
	for my $history (@histories[1 .. $#histories]) {
		my $got = outcome($before, @$history);
		next if $got eq $want;
		is $got, $want, $name;
		diag 'order: ', join ' ', map { "$_->{id} ($_->{type})" } @$history;
		return $want;
	}
	pass sprintf '%s: %d histories, one end', $name, scalar @histories;
	return $want;
}

sub with_repeats (@events) { shuffle @events, grep { rand() < 0.3 } @events }

# Buys and spends beforehand, so that there is too little left.
sub bought_and_spent ($spent, @events) {
	return sub {
		events_deliver($dbh, @events);
		$dbh->do('select core.meter_charge(?::uuid, ?, ?::bigint, null, null)', undef, $ada, 'chat', $spent);
	};
}

# Balance and debt at the end, as "balance debt", of every order of these.
sub ends ($name, $want, $before, @events) {
	my $state = same $name, $before, permutations(@events);
	my ($got) = $state =~ /^balance: ada \| (\d+ \| \d+)$/m;
	is $got, $want, "$name: balance | debt";
	return $state;
}

# ---- peers.md, section 2, "Money" ----------------------------------------------------

my @top = purchase('top', 'price_top', 1000, -20);

ends 'fountain#1126: the second partial refund is not lost because the key was the payment intent', '55 | 0', $nothing,
    @top, refunded('top', 1000, 200, -10), refunded('top', 1000, 500, -9);

my $state = ends 'fountain#1126: a refund after a dispute does not claw twice', '5 | 0', $nothing,
    @top, dispute('created', 'top', 1000, 'needs_response', -10), dispute('closed', 'top', 1000, 'lost', -5),
    refunded('top', 1000, 1000, -4);
like $state, qr/^order: cs_top \| ada .* refunded /m, '... and the order is refunded';
like $state, qr/^seat: ada \| cs_top \| revoked$/m, '... its seat revoked';

$state = ends 'eliza#11155: a dispute won, then a refund claws all of it', '5 | 0', $nothing,
    @top, dispute('created', 'top', 1000, 'needs_response', -10), dispute('funds_reinstated', 'top', 1000, 'won', -6),
    dispute('closed', 'top', 1000, 'won', -6), refunded('top', 1000, 1000, -4);

$state = ends 'a dispute won restores the same lot', '105 | 0', $nothing,
    @top, dispute('created', 'top', 1000, 'needs_response', -10), dispute('funds_withdrawn', 'top', 1000, 'needs_response', -10),
    dispute('funds_reinstated', 'top', 1000, 'won', -6), dispute('closed', 'top', 1000, 'won', -6);
like $state, qr/^lot: ada \| purchase \| 100 \| 100 \| 0 \| session:cs_top /m, '... with all it had';
like $state, qr/^seat: ada \| cs_top \| owed$/m, '... and the seat stands';

ends 'an open dispute takes the credits, not the order', '5 | 0', $nothing, @top, dispute('created', 'top', 1000, 'needs_response', -10);
ends 'an inquiry takes nothing', '105 | 0', $nothing, @top, dispute('created', 'top', 1000, 'warning_needs_response', -10),
    dispute('closed', 'top', 1000, 'warning_closed', -4);
ends 'an inquiry may become a dispute', '5 | 0', $nothing, @top, dispute('created', 'top', 1000, 'warning_needs_response', -10),
    dispute('updated', 'top', 1000, 'needs_response', -9), dispute('funds_withdrawn', 'top', 1000, 'needs_response', -9);
ends 'a prevented dispute whose funds stayed takes nothing', '105 | 0', $nothing, @top, dispute('created', 'top', 1000, 'prevented', -9);
ends 'a prevented dispute whose funds went takes them', '5 | 0', $nothing, @top, dispute('created', 'top', 1000, 'prevented', -9),
    dispute('funds_withdrawn', 'top', 1000, 'prevented', -9);
for my $appeal (qw(appeal_needs_response appeal_under_review)) {
	$state = ends "a lost dispute under $appeal stays lost", '5 | 0', $nothing, @top,
	    dispute('closed', 'top', 1000, 'lost', -9), dispute('updated', 'top', 1000, $appeal, -8);
	like $state, qr/^order: cs_top .* refunded /m, '... and the order refunded';
}
$state = ends 'an appeal that is won gives all back', '105 | 0', $nothing, @top, dispute('closed', 'top', 1000, 'lost', -9),
    dispute('updated', 'top', 1000, 'appeal_under_review', -8), dispute('closed', 'top', 1000, 'won', -5);
like $state, qr/^seat: ada \| cs_top \| owed$/m, '... also the seat';
unlike $state, qr/^revoked:/m, '... and nobody is on the revoked list';

ends 'half refunded, half disputed and lost', '5 | 0', $nothing, @top, refunded('top', 1000, 500, -9), dispute('closed', 'top', 500, 'lost', -8);
ends 'a third is rounded in the member\'s favour', '72 | 0', $nothing, @top, refunded('top', 1000, 333, -9);

$state = ends 'a refund that fails gives back', '105 | 0', $nothing, @top, refund('refund.created', 'top', 1, 1000, -9),
    refunded('top', 1000, 1000, -9), refund('refund.failed', 'top', 1, 1000, -3);
like $state, qr/^order: cs_top .* paid /m, '... and the order stands';
ends 'a refund that fails, in one second and without refund.created', '105 | 0', $nothing, @top, refunded('top', 1000, 1000, -9),
    refund('refund.failed', 'top', 1, 1000, -9);
ends 'one refund fails, another one follows', '75 | 0', $nothing, @top, refunded('top', 1000, 500, -9),
    refund('refund.failed', 'top', 1, 500, -8), refunded('top', 1000, 300, -7);
ends 'refunds of 2020 are listed on the charge', '55 | 0', $nothing, @top, refunded('top', 1000, 500, -9, refunds => { data => [
	{ id => 're_1', amount => 300, status => 'succeeded' }, { id => 're_2', amount => 200, status => 'succeeded' }] });
is outcome($nothing, refunded('top', 1000, 500, -9)), outcome($nothing), 'a refund whose payment is not known waits';

# ---- what is spent is owed ------------------------------------------------------------

my @big = purchase('big', 'price_big', 5000, -5);
$state = ends 'what is spent already is debt, which the next grant repays', '440 | 0', bought_and_spent(65, @top),
    refunded('top', 1000, 1000, -9), @big;
like $state, qr/^taken: session:cs_big \| 0 \| 60$/m, '... from its own lot';
ends 'credits bought before stay, the debt is visible', '500 | 60', bought_and_spent(65, @top, purchase('big', 'price_big', 5000, -15)),
    refunded('top', 1000, 1000, -9);
ends 'a debt ends when the money comes back', '540 | 0', bought_and_spent(65, @top),
    refunded('top', 1000, 1000, -9), @big, refund('refund.failed', 'top', 1, 1000, -2);
ends 'a partial refund takes what is left first', '10 | 0', bought_and_spent(65, @top), refunded('top', 1000, 300, -9);
subtest 'the ledger has a row for the debt and one for its repayment' => sub {
	$dbh->begin_work;
	bought_and_spent(65, @top)->();
	events_deliver($dbh, refunded('top', 1000, 1000, -9), @big);
	is_deeply $dbh->selectall_arrayref(q{select amount, debt from credit_transactions where type = 'refund' order by id}),
	    [[-40, 60], [-60, -60]], 'amount and debt of each';
	is $db->value(q{select core.credits_grant(?::uuid, 'bonus', 7, 'b', core.now()) is not null}, $ada), 1, 'a bonus is kept whole after';
	is $db->value('select debt from credits where user_id = ?', $ada), 0, 'nothing is owed any more';
	$dbh->rollback;
};
subtest 'a bonus repays a debt, too' => sub {
	$dbh->begin_work;
	bought_and_spent(105, @top)->();
	events_deliver($dbh, refunded('top', 1000, 1000, -9));
	$db->sql(q{select core.credits_grant(?::uuid, 'bonus', 30, 'b', core.now())}, $ada);
	is_deeply [$dbh->selectrow_array('select balance, debt from credits where user_id = ?', undef, $ada)], [0, 70], 'all of it';
	is verify_clean($dbh), '', 'verify is clean';
	is ask($dbh, 'api.credits', user_caller('ada'), undef)->{debt}, 70, 'the member sees what is owed';
	$dbh->rollback;
};

# ---- seats ----------------------------------------------------------------------------

subtest 'a refund takes the seat' => sub {
	$dbh->begin_work;
	$db->sql(q{insert into invites_pool (code, invite_url) values ('c1', 'https://discord.gg/c1'), ('c2', 'https://discord.gg/c2')});
	events_deliver($dbh, @top);
	is ask($dbh, 'api.get_discord_invite', undef, 'cs_top', undef, undef)->{data}{code}, 'c1', 'the buyer has an invite';
	events_deliver($dbh, refunded('top', 1000, 1000, -9));
	is_deeply $dbh->selectcol_arrayref(q{select kind from outbox where kind like 'discord.%' order by kind}),
	    ['discord.invite_delete', 'discord.role_remove'], 'the invite is to be deleted, the role removed';
	for my $ask ([undef, 'cs_top', undef, undef], [user_caller('ada'), undef, undef, undef]) {
		$dbh->do('savepoint asked');
		is ask($dbh, 'api.get_discord_invite', @$ask)->{status}, 410, 'whoever asks for it: gone';
		$dbh->do('rollback to asked');
	}
	$db->sql(q{select core.key_create('app', ?)}, 'ab' x 32);
	for my $ask (['cs_top', undef], [undef, 'ada'], ['any other name', 'ada']) {
		$dbh->do('savepoint asked');
		is ask($dbh, 'api.get_discord_invite', key_caller('ab' x 32), undef, @$ask)->{status}, 410, 'also an application';
		$dbh->do('rollback to asked');
	}
	is $db->value('select count(*) from invites_pool where used_at is null'), 1, 'no invite was burnt by that';
	events_deliver($dbh, refund('refund.failed', 'top', 1, 1000, -2));
	is ask($dbh, 'api.get_discord_invite', undef, 'cs_top', undef, undef)->{data}{code}, 'c2', 'a failed refund: another one may be had';
	is verify_clean($dbh), '', 'verify is clean';
	$dbh->rollback;
};
$state = same 'another paid order carries the seat on', $nothing, permutations(@top, @big, refunded('top', 1000, 1000, -9));
like $state, qr/^seat: ada \| cs_big \| owed$/m, '... the one that was not refunded';
same '... and a failed refund gives it back to the first', $nothing,
    permutations(@top, @big, refunded('top', 1000, 1000, -9), refund('refund.failed', 'top', 1, 1000, -8));

# ---- subscriptions --------------------------------------------------------------------

my @year = (
	event('checkout.session.completed', session('cs_sub', mode => 'subscription', subscription => 'sub_ada', customer => 'cus_ada',
		invoice => 'in_m1', payment_intent => undef, amount_total => 2000, metadata => { user_id => $ada, price_id => 'price_sub' }),
		created => at(-300)),
	subscribed('created', -300, status => 'incomplete'), subscribed('updated', -299.9),
	renewal('m1', -300, billing_reason => 'subscription_create'), renewal('m2', -270), renewal('m3', -240),
	# A renewal that fails, is past due, is paid after all.
	event('invoice.payment_failed', invoice('in_m4', price => 'price_sub', subscription => 'sub_ada', customer => 'cus_ada', amount_paid => 0,
		amount_due => 2000, attempt_count => 1), created => at(-210)),
	subscribed('updated', -210, status => 'past_due'), renewal('m4', -208), subscribed('updated', -208, status => 'active'),
	# To the dearer plan and back: prorations, no credits of their own.
	subscribed('updated', -200, price => 'price_pro'), renewal('up', -200, billing_reason => 'subscription_update', amount_paid => 1300),
	subscribed('updated', -199, price => 'price_sub'),
	# One month is refunded in two parts, one is disputed and won, one disputed and lost.
	refunded('m2', 2000, 500, -260), refunded('m2', 2000, 800, -250), refund('refund.created', 'm2', 2, 300, -250),
	dispute('created', 'm3', 2000, 'needs_response', -230), dispute('funds_withdrawn', 'm3', 2000, 'needs_response', -230),
	dispute('funds_reinstated', 'm3', 2000, 'won', -190), dispute('closed', 'm3', 2000, 'won', -190),
	dispute('created', 'm1', 2000, 'needs_response', -280), dispute('closed', 'm1', 2000, 'lost', -220),
	purchase('big', 'price_big', 5000, -150), refunded('big', 5000, 1250, -140),
	purchase('top', 'price_top', 1000, -100), refunded('top', 1000, 1000, -90), refund('refund.failed', 'top', 1, 1000, -80),
	subscribed('deleted', -30, status => 'canceled'), subscribed('updated', -29, status => 'past_due'),
);
$state = same 'one customer\'s year, in any order, some events more than once', $nothing, [@year], [reverse @year],
    map { [with_repeats(@year)] } 1 .. 15;
like $state, qr/^balance: ada \| 1130 \| 0$/m, 'trial 5, months 1000 - 250 - 100, purchases 500 - 125 + 100';
like $state, qr/^subscription: sub_ada \| ada .* canceled$/m, 'canceled is final (stripe/sync-engine#268)';
like $state, qr/^order: cs_sub \| ada .* paid /m, 'the order of the subscription stands: its latest month was paid';
my %payment = map { /^payment: .*\binvoice:in_(\w+) \| (\w+)/ ? ($1 => $2) : () } split /\n/, $state;
is $payment{up}, 'none', 'llmgateway#2479: a plan change is no renewal and mints nothing';
like $state, qr/^outbox: payment_failed_notice \| payment_failed:in_m4:1$/m, 'the member is told that a payment failed';
$state = same 'the same year of a member who had spent what they had', bought_and_spent(105, purchase('old', 'price_top', 1000, -330)),
    [@year, refunded('old', 1000, 1000, -320)], map { [with_repeats(@year, refunded('old', 1000, 1000, -320))] } 1 .. 8;
like $state, qr/^balance: ada \| 1025 \| 0$/m, 'the debt of 100 was repaid by the first month, whatever came first';

# The meter runs meanwhile: what is left differs by lot, never in sum.
subtest 'usage between the events' => sub {
	my %seen;
	for (1 .. 20) {
		$dbh->begin_work;
		my $used = 0;
		for my $event (with_repeats(@year)) {
			events_deliver($dbh, $event);
			my $cost = int rand 90;
			next if $db->value('select coalesce(max(balance), 0) from credits where user_id = ?', $ada) < $cost;
			$db->sql('select core.meter_charge(?::uuid, ?, ?::bigint, null, null)', $ada, 'chat', $cost) if $cost;
			$used += $cost;
		}
		$seen{ $used + $db->value('select balance - debt from credits where user_id = ?', $ada) }++;
		push @faults, verify_clean($dbh) || ();
		$dbh->rollback;
	}
	is_deeply \%seen, { 1130 => 20 }, 'balance - debt + spent is the same';
};

# ---- charge to payment, in both generations ---------------------------------------------

ends 'cashier-stripe#1751: a charge of 2026 finds its invoice by invoice_payment.paid', '205 | 0', $nothing,
    renewal('m1', -50), refunded('m1', 2000, 400, -40);
my $old = invoice('in_o', price => 'price_sub', subscription => 'sub_o', customer => 'cus_ada', amount_paid => 2000, 2020 => 1,
	charge => 'ch_o', payment_intent => 'pi_o');
$old->{lines}{data}[0]{metadata} = { user_id => $ada };
my $paid = event('invoice.paid', $old, created => at(-50));
ends 'a charge of 2020 names its invoice', '205 | 0', $nothing, $paid, refunded('o', 2000, 400, -40, payment_intent => undef, invoice => 'in_o');
ends 'a dispute of 2020 names a charge that the invoice named', '5 | 0', $nothing, $paid, event('charge.dispute.created',
	{ id => 'du_o', object => 'dispute', amount => 2000, charge => 'ch_o', status => 'needs_response' }, created => at(-40));

# ---- states of a subscription -----------------------------------------------------------

sub status_after (@events) { outcome($nothing, @events) =~ /^subscription: sub_ada .* \| (\w+)$/m ? $1 : 'none' }
for my $status (qw(incomplete trialing active past_due unpaid paused canceled incomplete_expired)) {
	is status_after(shuffle subscribed('created', -9, status => 'incomplete'), subscribed('updated', -8, status => $status)), $status,
	    "a subscription may be $status";
}
is status_after(shuffle subscribed('updated', -9, status => 'canceled'), subscribed('updated', -8), subscribed('updated', -7, status => 'unpaid')),
    'canceled', 'canceled is final';
my $failed = event('invoice.payment_failed', invoice('in_f', price => 'price_sub', subscription => 'sub_ada', customer => 'cus_ada',
	amount_paid => 0), created => at(-5));
is status_after(@$_), 'past_due', 'a failed payment makes it past due by itself' for permutations(subscribed('created', -9), $failed);
is status_after(@$_), 'active', 'until it is paid' for permutations(subscribed('created', -9), $failed, (renewal('f', -4))[0]);
is status_after(@$_), 'active', 'or Stripe says so' for permutations(subscribed('created', -9), $failed, subscribed('updated', -4));
is status_after(@$_), 'past_due', 'of two updates of one second the change of status is the later' for permutations(
	subscribed('updated', -4), { %{ subscribed('updated', -4, status => 'past_due') },
		data => { object => subscription('sub_ada', 'price_sub', status => 'past_due'), previous_attributes => { status => 'active' } } });
like outcome($nothing, (renewal('m1', -50))[0], $failed), qr/^balance: ada \| 255 \| 0$/m, 'a failed payment takes nothing';

is_deeply \@faults, [], 'the books were clean whenever they were checked';

done_testing;
