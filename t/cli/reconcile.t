#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# gatehouse reconcile, against the sandbox: finds and repairs exactly what never
# arrived (sync-engine#111: after a downtime the backfill returned 0).
use FindBin;
use lib $FindBin::Bin;
use Command;
use Gatehouse;

my $site = Gatehouse->site(handlers => [qw(stripe-webhook checkout users pricing metrics)], sandbox => 1);
my %conf = %{ $site->conf };
my @key  = $site->bearer($site->key);

sub control ($action, %more) {
	my $res = $site->json('/sandbox/control', { action => $action, %more });
	is $res->code, 200, "the sandbox does: $action" or diag $res->body;
	return $res->json->{result};
}
sub stripe ($path) { $site->get("/sandbox/stripe/v1/$path", $site->bearer($conf{STRIPE_SECRET_KEY}))->json->{data} }
sub settled { poll(sub { !grep { $site->get('/sandbox/control')->json->{deliveries}{$_} } qw(pending) }, 20) }

# One run; returns exit status and {kind => [seen, missing, repaired]}.
sub reconcile (@args) {
	my ($status, $out, $err) = gatehouse(\%conf, 'reconcile', @args);
	diag $err if $err;
	return ($status, { map { /^(\w[\w ]*?) +(\d+) +(\d+) +(\d+)$/ ? ($1 => [$2, $3, $4]) : () } split /\n/, $out });
}
sub drift ($found) { my $n = 0; $n += $_->[1] for values %$found; return $n }

sub buy ($user, $amount) {
	my $price = $site->value('select id from prices where unit_amount = ?', $amount);
	my $order = $site->json('/api/checkout', { price_id => $price, user_id => $user }, @key)->json;
	control('pay', session => $order->{session_id}, how => 'card', email => 'ada@example.test');
	return $order->{session_id};
}
sub state () { join "\n", grep { !/^event:/ } split /\n/, $site->state }

gatehouse(\%conf, qw(stripe catalogue));
settled();
my $ada = $site->json('/api/users', { external_id => 'ada' }, @key)->json->{user}{id};

my ($status, $found) = reconcile();
is_deeply [$status, drift($found)], [0, 0], 'a site that heard all has no drift';
ok $found->{events}[0] > 0, '... and something was looked at';

buy($ada, 499);
settled();
control('settings', mode => 'drop');
my $lost = buy($ada, 1999);
my $sub  = buy($ada, 999);
my ($renewed) = @{ stripe('subscriptions') };
control('renew', subscription => $renewed->{id}, outcome => 'succeeded');
my ($first) = grep { $_->{amount} == 499 } @{ stripe('charges?limit=100') };
control('refund', charge => $first->{id}, amount => 200);
my ($other) = grep { $_->{amount} == 1999 } @{ stripe('charges?limit=100') };
control('dispute', charge => $other->{id});
is $site->value('select sum(balance) from credits'), 105, 'nothing of it was heard';

($status, $found) = reconcile('--dry-run');
is $status, 1, 'a dry run says that something is missing';
my $missing = $found->{events}[1];
is $found->{events}[2], 0, '... and repairs nothing';
is $site->value('select sum(balance) from credits'), 105, '... really';
is $site->value('select count(*) from reconciliations where dry_run'), 1, '... but is on record';

my $known = $site->value('select count(*) from stripe_events');
($status, $found) = reconcile();
is $status, 0, 'a run repairs';
is_deeply [@{ $found->{events} }[1, 2]], [$missing, $missing], '... exactly what was missing';
is drift($found), $missing, '... the objects then agree';
is $site->value('select count(*) from stripe_events'), $known + $missing, '... each event is recorded once';
is $site->value(q{select sum(balance) from credits}), 5 + 100 - 40 + 250 + 250, 'purchases, renewal, refund and dispute are in the balance';
is $site->value('select count(*) from orders where status = ?', 'paid'), 3, 'the orders are paid';
is $site->value('select sum(faults) from core.verify()'), 0, 'verify finds no fault';

my $state = state();
($status, $found) = reconcile();
is_deeply [$status, drift($found)], [0, 0], 'a second run finds no drift';
is state(), $state, '... and changes nothing';
control('release', dropped => true);
settled();
is state(), $state, 'what is delivered after all changes nothing';
is $site->value('select sum(faults) from core.verify()'), 0, '... and verify is clean';

subtest 'objects whose events are gone' => sub {
	control('settings', mode => 'drop');
	my $session = buy($ada, 4999);
	my $object = (grep { $_->{id} eq $session } @{ stripe('checkout/sessions?limit=100') })[0];
	is $site->value('select core.reconcile_object(?::jsonb, false)', encode_json($object)), 'missing', 'a paid session is missed';
	is $site->value('select core.reconcile_object(?::jsonb, true)', encode_json($object)), 'repaired', 'and repaired';
	is $site->value('select core.reconcile_object(?::jsonb, true)', encode_json($object)), 'seen', 'once';
	my ($charge) = grep { $_->{amount} == 4999 } @{ stripe('charges?limit=100') };
	control('refund', charge => $charge->{id}, amount => 4999);
	($charge) = grep { $_->{amount} == 4999 } @{ stripe('charges?limit=100') };
	is $site->value('select core.reconcile_object(?::jsonb, true)', encode_json($charge)), 'repaired', 'a refund, too';
	is $site->value('select core.reconcile_object(?::jsonb, true)', encode_json($charge)), 'seen', 'once';
	is $site->value('select status from orders where session_id = ?', $session), 'refunded', 'and the order is refunded';
	my $before = state();
	($status, $found) = reconcile();
	is $status, 0, 'the events, when they are there after all,';
	is state(), $before, 'change nothing';
};

subtest 'what was bought by sessions of others' => sub {
	control('settings', mode => 'send');
	my @stripe = $site->bearer($conf{STRIPE_SECRET_KEY});
	my $call = sub ($path, %form) {
		my $res = $site->form("/sandbox/stripe/v1/$path", \%form, @stripe);
		is $res->code, 200, $path or diag $res->body;
		return $res->json;
	};
	my ($small, $large) = map { $site->value('select id from prices where unit_amount = ?', $_) } 499, 1999;
	my $session = $call->('checkout/sessions', mode => 'payment', success_url => 'https://example.test/',
		'line_items[0][price]' => $small, 'line_items[0][quantity]' => 3, 'line_items[1][price]' => $large, 'line_items[1][quantity]' => 1,
		customer_creation => 'always');
	control('pay', session => $session->{id}, how => 'card', email => 'bob@example.test');
	my %lines;
	for my $n (0 .. 11) {
		my $price = $call->('prices', currency => 'usd', unit_amount => 100, 'recurring[interval]' => 'month',
			'product_data[name]' => "Part $n", 'metadata[credits]' => 10 + $n);
		@lines{"line_items[$n][price]", "line_items[$n][quantity]"} = ($price->{id}, 1);
	}
	my $club = $call->('checkout/sessions', mode => 'subscription', success_url => 'https://example.test/', %lines);
	control('pay', session => $club->{id}, how => 'card', email => 'eve@example.test');
	settled();
	my $credits = sub ($id) { $site->value('select sum(p.credits) from payments p join orders o
		on o.id = p.order_id or o.subscription_id = p.subscription_id where o.session_id = ?', $id) };
	is_deeply [map { $credits->($_->{id}) } $session, $club], [undef, undef], 'wait until Stripe has said it';
	my ($dry, $looked) = reconcile('--dry-run');
	is_deeply [$dry, $looked->{lines}], [1, [3, 3, 0]], 'a dry run counts them';
	my ($ok, $kinds) = reconcile();
	is_deeply [$ok, $kinds->{lines}], [0, [3, 3, 3]], 'a run asks';
	is $credits->($session->{id}), 3 * 100 + 500, 'all items count, each with its quantity';
	is $credits->($club->{id}), 186, 'and all lines of an invoice with more than its event holds';
	is $site->value(q{select count(*) from outbox where kind like 'stripe%lines' and done_at is null}), 0, 'no question is left';
	is $site->value('select sum(faults) from core.verify()'), 0, 'verify is clean';
	is_deeply((reconcile())[1]{lines}, [0, 0, 0], 'once');
};

my $metrics = $site->get('/metrics', 'X-Forwarded-For' => '127.0.0.1')->body;
like $metrics, qr/^gatehouse_reconciled_seconds [1-9]\d+$/m, 'metrics say when it was';
like $metrics, qr/^gatehouse_reconcile_missing \d+$/m, '... and the drift';

subtest 'many pages' => sub {
	control('settings', mode => 'drop');
	control('event', type => 'customer.updated', object => { id => "cus_$_", object => 'customer' }) for 1 .. 60;
	my $events = $site->value('select count(*) from stripe_events');
	my ($ok, $kinds) = reconcile();
	is $ok, 0, 'events that we do not act on are no drift';
	is $site->value('select count(*) from stripe_events'), $events, '... and not recorded';
	cmp_ok $kinds->{events}[0], '>', 100, 'more than one page was walked';
};

($status) = gatehouse({ %conf, STRIPE_SECRET_KEY => undef }, 'reconcile');
is $status, 1, 'without a key it fails';
is $site->value('select finished_at from reconciliations order by id desc limit 1'), undef, '... and is not on record as finished';
done_testing;
