# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;

my $site = Gatehouse->site(handlers => [qw(portal checkout users stripe-webhook)], sandbox => 1);
my %key  = $site->bearer($site->key);
$site->cli('stripe', 'catalogue');
poll(sub { $site->value('select count(*) from prices where interval is not null') });
my $ada = $site->user('ada');
my $price = $site->value('select id from prices where interval is not null');
my $order = $site->json('/api/checkout', { price_id => $price, user_id => $ada }, %key)->json;
$site->json('/sandbox/control', { action => 'pay', session => $order->{session_id}, how => 'card', email => 'ada@example.test' });
poll(sub { $site->value(q{select count(*) from subscriptions where user_id = ?::uuid}, $ada) });

keeps_contract($site, 'portal', $site->json_request('/api/portal', { user_id => $ada }, %key, Origin => $site->conf->{PUBLIC_URL}));

my $portal = sub ($user, %headers) { $site->json('/api/portal', { $user ? (user_id => $user) : () }, %headers) };
my $got = $portal->($ada, %key)->json;
like $got->{url}, qr{/sandbox/stripe/portal/bps_}, 'an application gets the address';
is $got->{customer}, $site->value('select subject from identities where user_id = ?::uuid', $ada), 'of the one who pays';
isnt $portal->($ada, %key)->json->{url}, $got->{url}, 'a new one each time';
my $res = $site->form('/api/portal', {}, $site->session_of($ada));
is $res->code, 303, 'a form';
like $res->headers->location, qr{/sandbox/stripe/portal/bps_}, '... is led there';

error_is($portal->(undef, %key), 422, 'invalid_field', 'a key names somebody');
error_is($portal->('nobody', %key), 404, 'unknown_user', 'nobody there');
error_is($portal->($site->user('bob'), %key), 404, 'no_customer', 'who bought nothing has nothing to manage');
error_is($portal->(undef), 401, 'unauthorized', 'nobody');
error_is($portal->($ada, $site->bearer($site->jwt(sub => 'eve'))), 403, 'forbidden', 'somebody else');
$site->sql(q{insert into identities (kind, subject, user_id, verified_at, created_at)
	values ('stripe_customer', 'cus_gone', ?::uuid, now(), now())}, $site->user('eve'));
error_is($portal->('eve', %key), 502, 'stripe_failed', 'Stripe knows them not');
$site->json('/sandbox/control', { action => 'fail', mode => 'lost', match => 'billing_portal', times => 1 });
is $portal->($ada, %key)->code, 200, "a hiccup of Stripe's is got over";
is $site->value('select sum(faults) from core.verify()'), 0, 'verify is clean';
done_testing;
