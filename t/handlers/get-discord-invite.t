# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use Gatehouse::Stripe qw(session price);

my $site = Gatehouse->site(handlers => [qw(get-discord-invite users stripe-webhook success)]);
my %key  = $site->bearer($site->key);
my $path = '/functions/v1/get-discord-invite';
my $ada  = $site->user('ada');

sub ask ($fields, %headers) { $site->json($path, $fields, %headers) }
sub stock (@codes) { $site->sql('insert into invites_pool (code, invite_url) values (?, ?)', $_, "https://discord.gg/$_") for @codes }
sub used { $site->value('select count(*) from invites_pool where used_at is not null') }

stock('a' .. 'f');
my $paid = $site->pay($ada, 100);
keeps_contract($site, 'get-discord-invite', $site->json_request($path, { session_id => $paid }));

subtest 'a buyer with the session' => sub {
	my $first = ask({ session_id => $paid })->json->{data};
	is_deeply $first, { code => 'a', invite_url => 'https://discord.gg/a', expires_at => undef },
	    'gets the oldest invite';
	is_deeply ask({ session_id => $paid })->json->{data}, $first, 'and the same again';
	is $site->form($path, { session_id => $paid })->json->{data}{code}, 'a', 'also by form';
	is_deeply ask({}, $site->bearer($site->jwt(sub => 'ada')))->json->{data}, $first,
	    'also signed in';
	is used(), 1, 'one was used';
	my $second = $site->pay($ada, 500);
	is ask({ session_id => $second })->json->{data}{code}, 'a',
	    'a later order of the same person shows the seat they have';
	is used(), 1, 'and uses no other';
};

subtest 'a service key' => sub {
	is ask({ user_id => $ada }, %key)->json->{data}{code}, 'a', 'by user: their seat';
	my $fresh = ask({ order_ref => 'shop-1' }, %key)->json->{data}{code};
	is $fresh, 'b', 'by order_ref: a new one';
	is ask({ order_ref => 'shop-1' }, %key)->json->{data}{code}, 'b', 'idempotent';
	is ask({}, %key)->json->{data}{code}, 'c', 'with neither: a fresh one each call';
	is ask({}, %key)->json->{data}{code}, 'd', 'each call';
	error_is(ask({}, $site->bearer($site->key('read'))), 403, 'forbidden', 'not without the scope');
};

subtest 'refusals' => sub {
	my $before = $site->state;
	error_is(ask({ session_id => 'cs_unknown' }), 404, 'unknown_order', 'an unknown session');
	error_is(ask({}), 401, 'unauthorized', 'nobody with nothing');
	error_is(ask({ order_ref => 'shop-1' }), 401, 'unauthorized', 'an order reference needs a key');
	error_is(ask({ user_id => $ada }, $site->bearer($site->jwt(sub => 'ada', secret => 'no'))), 401, 'unauthorized',
	    'a bad token');
	error_is(ask({ session_id => "cs'; drop" }), 422, 'invalid_field', 'an impossible session', field => 'session_id');
	error_is(ask({ session_id => 12 }), 422, 'invalid_field', 'a number', field => 'session_id');
	is $site->state, $before, 'nothing changed';
	my %bob = $site->bearer($site->jwt(sub => 'bob'));
	my $res = ask({ user_id => $ada }, %bob);
	error_is($res, 403, 'forbidden', "not another's seat");
	my $none = ask({}, %bob);
	error_is($none, 409, 'not_paid', 'a member who has paid nothing');
};

subtest 'orders without a seat to give' => sub {
	my $user = $site->user('carol');
	$site->stripe_event('checkout.session.completed', session('cs_test_unpaid', payment_status => 'unpaid',
		metadata => { user_id => $user, price_id => 'price_made100' }));
	error_is(ask({ session_id => 'cs_test_unpaid' }), 409, 'not_paid', 'not paid yet');
	$site->stripe_event('price.created', price('price_plain', metadata => { credits => '10', discord => 'no' }));
	$site->stripe_event('checkout.session.completed', session('cs_test_plain', metadata => { user_id => $user, price_id => 'price_plain' }));
	error_is(ask({ session_id => 'cs_test_plain' }), 409, 'no_seat', 'a product without a seat');
	$site->sql(q{update orders set status = 'refunded' where session_id = 'cs_test_plain'});
	error_is(ask({ session_id => 'cs_test_plain' }), 410, 'order_refunded', 'refunded');
};

subtest 'an empty pool' => sub {
	ask({}, %key) for 1 .. 2;
	my $late = $site->pay($site->user('late'), 100);
	my $res = ask({ session_id => $late });
	is_deeply [$res->code, $res->json], [202, { data => undef, state => 'owed' }], 'owes';
	is ask({ session_id => $late })->code, 202, 'still';
	is $site->value(q{select count(*) from outbox where kind = 'alert_pool_empty'}), 1,
	    'the operator is told once';
	stock('late1');
	is ask({ session_id => $late })->json->{data}{code}, 'late1', 'served when stock comes';
};

subtest 'GET consumes nothing' => sub {
	my $used = used();
	my $new = $site->pay($site->user('dora'), 100);
	stock('g1');
	$site->get("/success?session_id=$new") for 1 .. 3;
	is used(), $used, 'the page can be fetched by scanners';
};

done_testing;
