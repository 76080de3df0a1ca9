# SPDX-License-Identifier: MIT
# A member's subscription in a real Chromium without JavaScript: buy, My credits,
# Stripe's portal, cancel, "runs until", keep, statement, buy again; see
# t/node/journey/portal.mjs.
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Walk;

my $site = Gatehouse->site(sandbox => 1, handlers => [qw(pricing checkout success my-credits portal credit-statement
	stripe-webhook users)]);
my ($status, $out) = $site->cli('stripe', 'catalogue');
is $status, 0, 'the catalogue is made' or diag $out;
my $ada = $site->user('ada');
my (undef, $cookie) = $site->session_of($ada);

walk('portal.mjs', $site->conf->{PUBLIC_URL}, $cookie =~ s/^session=//r);

is $site->value('select count(*) from subscriptions where user_id = ?::uuid and not cancel_at_period_end', $ada), 1,
    'the subscription goes on';
is $site->value('select count(*) from orders where user_id = ?::uuid and status = ?', $ada, 'paid'), 3, 'three orders are paid';
is $site->value(q{select count(distinct subject) from identities where kind = 'stripe_customer'}), 1,
    'all by one customer at Stripe';
is $site->value('select sum(faults) from core.verify()'), 0, 'verify finds no fault';

# Another plan, chosen in the portal, grants nothing before it is paid for.
my $call = sub ($path, %form) { $site->form("/sandbox/stripe/v1/$path", \%form, $site->bearer($site->conf->{STRIPE_SECRET_KEY}))->json };
my $plan = $call->('prices', currency => 'usd', unit_amount => 1999, 'recurring[interval]' => 'month',
	'product_data[name]' => 'Large', 'metadata[credits]' => 600);
my $sub = $site->value('select id from subscriptions where user_id = ?::uuid', $ada);
my $portal = $site->json('/api/portal', { user_id => $ada }, $site->bearer($site->key))->json->{url};
my $path = $portal =~ s{^https?://[^/]+}{}r;
like $site->get($path)->body, qr/Change to Large/, 'the portal offers the other plan';
$site->form($path, { subscription => $sub, plan => $plan->{id} });
ok poll(sub { $site->value('select price_id from subscriptions where id = ?', $sub) eq $plan->{id} }), 'the change arrives';
is $site->value('select balance from credits where user_id = ?::uuid', $ada), 455, '... and grants nothing';
$site->json('/sandbox/control', { action => 'renew', subscription => $sub, outcome => 'succeeded' });
ok poll(sub { $site->value('select balance from credits where user_id = ?::uuid', $ada) == 1055 }), 'its first payment does';
is $site->value('select sum(faults) from core.verify()'), 0, 'verify finds no fault';

done_testing;
