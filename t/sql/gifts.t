# SPDX-License-Identifier: MIT
# Sessions that were not made here name nobody as the payer.  client_reference_id is whatever
# the payer wrote into the address of a Payment Link: it may give credits to
# somebody, and neither takes their seat nor shows anything of theirs.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Gatehouse::Stripe qw(event session invoice price subscription);
use List::Util 'shuffle';
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my $key = key_caller('ab' x 32);
$db->sql(q{select core.key_create('app', ?)}, 'ab' x 32);
$db->sql(q{select core.product_apply('{"id":"prod_x","name":"Club","active":true}')});
$db->sql(q{select core.price_apply(?::jsonb, 1)}, encode_json($_))
	for price('price_one', product => 'prod_x'),
	    price('price_sub', product => 'prod_x', metadata => { credits => '250' }, recurring => { interval => 'month' });
$db->sql(qq{insert into invites_pool (code, invite_url) values ('i$_', 'https://discord.gg/i$_')}) for 1 .. 6;

sub person ($name) { ask($dbh, 'api.users', $key, $name, undef)->{user}{id} }
sub balance ($user) { $db->value('select balance from credits where user_id = ?::uuid', $user) }
sub linked ($id, %fields) { event('checkout.session.completed', session($id, payment_link => 'plink_1', %fields)) }
sub page ($id) { ask($dbh, 'api.success', $id) }
sub seat ($id) { ask($dbh, 'api.get_discord_invite', undef, $id, undef, undef)->{data} }

my $ada = person('ada');
my $mine = ask($dbh, 'api.checkout_begin', $key, 'price_one', 'ada', undef);
ask($dbh, 'api.checkout_bind', $mine->{order_id}, 'cs_mine', 'https://pay/mine');
events_deliver($dbh, event('checkout.session.completed', session('cs_mine', customer => 'cus_ada')));
my $seat = seat('cs_mine');
is page('cs_mine')->{balance}, 105, 'an order made here shows its own balance';
is $seat->{code}, 'i1', '... and its seat';

subtest 'a Payment Link that names somebody' => sub {
	events_deliver($dbh, linked('cs_link', client_reference_id => $ada, customer => 'cus_stranger',
		metadata => { price_id => 'price_one' }, customer_details => { email => 'stranger@example.test' }));
	is balance($ada), 205, 'gives them the credits';
	my $page = page('cs_link');
	is $page->{balance}, undef, 'its page does not show their balance';
	is_deeply [@$page{qw(state shared invite)}], ['ready', false, undef], '... nor their seat';
	is seat('cs_link')->{code}, 'i2', 'the payer takes a seat of their own';
	is page('cs_link')->{invite}{code}, 'i2', '... which the page shows';
	is ask($dbh, 'api.get_discord_invite', $key, undef, undef, 'ada')->{data}{code}, 'i1', 'the other keeps theirs';
	is $db->value(q{select count(*) from identities where subject = 'cus_stranger' and user_id = ?::uuid}, $ada), 0,
	    "the payer's customer does not become theirs";
	isnt $db->value('select email from users where id = ?::uuid', $ada), 'stranger@example.test', '... nor the address';
	is ask($dbh, 'api.checkout_begin', $key, 'price_one', 'ada', undef)->{customer}, 'cus_ada', 'they buy as themselves';
};

subtest 'of somebody without a seat' => sub {
	my $bob = person('bob');
	events_deliver($dbh, linked('cs_bob', client_reference_id => $bob, metadata => { price_id => 'price_one' }));
	ok seat('cs_bob'), 'the payer takes the seat they paid for';
	is_deeply ask($dbh, 'api.get_discord_invite', user_caller('bob'), undef, undef, undef)->{error}, 'not_paid',
	    'it is not the seat of the one they named';
	my $own = ask($dbh, 'api.checkout_begin', $key, 'price_one', 'bob', undef);
	ask($dbh, 'api.checkout_bind', $own->{order_id}, 'cs_bob_own', 'https://pay/b');
	events_deliver($dbh, event('checkout.session.completed', session('cs_bob_own', customer => 'cus_bob')));
	isnt seat('cs_bob_own')->{code}, seat('cs_bob')->{code}, 'so what they pay for later is fresh';
};

subtest 'metadata' => sub {
	events_deliver($dbh, linked('cs_all', metadata => { price_id => 'price_one', user_id => $ada }, customer => 'cus_any'));
	is_deeply [balance($ada), page('cs_all')->{balance}], [305, undef], 'on a Payment Link is the same for all who pay: a gift, too';
	events_deliver($dbh, event('checkout.session.completed', session('cs_server', metadata => { price_id => 'price_one', user_id => $ada },
		customer => 'cus_ada')));
	is_deeply [balance($ada), page('cs_server')->{balance}, page('cs_server')->{invite}{code}], [405, 405, 'i1'],
	    "on a session of the operator's own server it is whose it is";
	events_deliver($dbh, event('checkout.session.completed', session('cs_table', metadata => { price_id => 'price_one' },
		client_reference_id => $ada)));
	is_deeply [balance($ada), page('cs_table')->{balance}], [505, undef], 'a reference alone names nobody, whatever made the session';
};

subtest 'money that goes back' => sub {
	events_deliver($dbh, event('charge.refunded', { id => 'ch_l', object => 'charge', amount => 499, amount_refunded => 499,
		payment_intent => 'pi_cs_link' }));
	is balance($ada), 405, 'takes the gift back from the one who had it';
	is page('cs_link')->{state}, 'refunded', '... and the seat from the payer';
	is ask($dbh, 'api.get_discord_invite', $key, undef, undef, 'ada')->{data}{code}, 'i1', '... and from nobody else';
};

# A subscription's invoice does not repeat the reference: whoever comes first, one end.
my $eve = person('eve');
my @events = (
	linked('cs_sub', mode => 'subscription', subscription => 'sub_e', customer => 'cus_e', client_reference_id => $eve,
		metadata => { price_id => 'price_sub' }),
	event('invoice.paid', invoice('in_e1', price => 'price_sub', subscription => 'sub_e', customer => 'cus_e',
		billing_reason => 'subscription_create')),
	event('invoice.paid', invoice('in_e2', price => 'price_sub', subscription => 'sub_e', customer => 'cus_e')),
	event('customer.subscription.created', subscription('sub_e', 'price_sub', customer => 'cus_e')),
	event('charge.refunded', { id => 'ch_e', object => 'charge', amount => 999, amount_refunded => 999, invoice => 'in_e1' }));
my %ends;
for my $turn (1 .. 30) {
	$dbh->begin_work;
	events_deliver($dbh, shuffle @events);
	my $whose = $dbh->selectrow_array(q{select string_agg(coalesce(u.external_id, 'payer'), ' ' order by s.n) from (
		select 1, user_id from subscriptions where id = 'sub_e' union all select 2, user_id from orders where session_id = 'cs_sub'
		union all select 3, user_id from identities where subject = 'cus_e') s(n, id) join users u on u.id = s.id});
	$ends{join ' ', balance($eve), $whose, verify_clean($dbh)}++;
	$dbh->rollback;
}
is_deeply [keys %ends], ['255 payer payer payer '],
    'a subscription given away: the credits are theirs, the subscription is the payer\'s, in every order';

is verify_clean($dbh), '', 'and the books agree';
done_testing;
