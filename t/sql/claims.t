# SPDX-License-Identifier: MIT
# A guest's purchase becomes part of the account of who signs in with its session:
# once, only while nobody has shown who the payer is, and without anything of anybody
# else being given or shown.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Gatehouse::Stripe qw(event session invoice price);
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my $n   = 0;
$db->sql(q{select core.key_create('app', ?)}, 'ab' x 32);
my $key = key_caller('ab' x 32);
$db->sql(q{select core.product_apply('{"id":"prod_x","name":"Club","active":true}')});
$db->sql(q{select core.price_apply(?::jsonb, 1)}, encode_json($_))
	for price('price_one', product => 'prod_x'),
	    price('price_sub', product => 'prod_x', metadata => { credits => '250' }, recurring => { interval => 'month' });
$db->sql(qq{insert into invites_pool (code, invite_url) values ('i$_', 'https://discord.gg/i$_')}) for 1 .. 20;

sub guest ($id, %fields) { events_deliver($dbh, event('checkout.session.completed', session($id, metadata => { price_id => 'price_one' }, %fields))) }
sub page ($id, $who = undef) { ask($dbh, 'api.success', $id, $who) }
sub take ($id, $who = undef) { ask($dbh, 'api.get_discord_invite', $who, $id, undef, undef) }
sub claim ($who, $id) { ask($dbh, 'api.order_claim', $who, $id) }
sub balance ($user) { $db->value('select balance from credits where user_id = ?::uuid', $user) }
sub payer ($id) { $db->value('select user_id from orders where session_id = ?', $id) }

# Somebody who is signed in: (user, caller).
sub somebody {
	my $user = ask($dbh, 'core.identity_sign_in', 'telegram', 1000 + ++$n, '{}', undef);
	my $hash = sprintf '%064x', $n;
	ask($dbh, 'core.session_open', $user, $hash, undef);
	return ($user, session_caller($hash));
}

subtest 'who signs in keeps it' => sub {
	guest('cs_a', customer => 'cus_a');
	my $code = take('cs_a')->{data}{code};
	my ($user, $who) = somebody();
	is page('cs_a')->{claim}, 'open', 'the page offers it to a guest';
	is page('cs_a')->{me}, undef, '... who is nobody';
	is page('cs_a', $who)->{claim}, 'open', '... and to who is signed in';
	is_deeply claim($who, 'cs_a'), {}, 'they take it';
	is balance($user), 105, 'its credits are theirs, with one trial';
	is page('cs_a', $who)->{claim}, 'yours', 'the page says so';
	is page('cs_a', $who)->{invite}{code}, $code, '... and shows the same seat';
	is page('cs_a', $who)->{balance}, 105, '... and the balance';
	is page('cs_a')->{invite}{code}, $code, 'the address alone still shows the seat it was for';
	is_deeply [@{ page('cs_a') }{qw(claim balance me)}], [undef, undef, undef], '... and nothing of the account';
	is_deeply claim($who, 'cs_a'), {}, 'again changes nothing';
	guest('cs_a2', customer => 'cus_a');
	is balance($user), 205, 'what the same customer pays later is theirs, too';
	is page('cs_a2')->{claim}, undef, '... and needs no claim';
	my ($other, $eve) = somebody();
	is claim($eve, $_)->{error}, 'order_taken', "somebody else does not get $_" for qw(cs_a cs_a2);
	is balance($other), 5, '... nor anything of it';
};

subtest 'of those who try at once' => sub {
	for my $turn (1 .. 5) {
		guest("cs_r$turn", customer => "cus_r$turn");
		my @people = map { [somebody()] } 1 .. 8;
		my @got = race($db, (map { ['api.order_claim', $_->[1], "cs_r$turn"] } @people),
			['api.stripe_webhook', ask_event("cs_s$turn", "cus_r$turn")]);
		pop @got;
		is scalar(grep { !$_->{error} } @got), 1, 'one has it';
		is_deeply { map { $_->{error} => 1 } grep { $_->{error} } @got }, { order_taken => 1 }, '... the others are told so';
		is join(' ', sort { $a <=> $b } map { balance($_->[0]) } @people), '5 5 5 5 5 5 5 205', '... with what the customer pays at that moment';
	}
};

subtest 'not what is somebody\'s' => sub {
	guest('cs_role', customer => 'cus_role');
	ask($dbh, 'core.role_grant', payer('cs_role'), 'driver');
	is page('cs_role')->{claim}, undef, 'a payer who holds a role is somebody';
	is claim((somebody())[1], 'cs_role')->{error}, 'order_taken', '... whose order is theirs';
	is $db->value(q{select count(claimed_at) from orders where session_id = 'cs_role'}), 0, '... and was not claimed';
	my ($user, $who) = somebody();
	my $made = ask($dbh, 'api.checkout_begin', $who, 'price_one', undef, undef);
	ask($dbh, 'api.checkout_bind', $made->{order_id}, 'cs_member', 'https://pay/m');
	guest('cs_member', customer => 'cus_member', metadata => {});
	my ($eve, $as_eve) = somebody();
	is page('cs_member')->{claim}, undef, 'a member\'s purchase is not offered';
	is page('cs_member', $who)->{claim}, 'yours', '... it is theirs already';
	is claim($as_eve, 'cs_member')->{error}, 'order_taken', '... and cannot be taken';
	my $ada = ask($dbh, 'api.users', $key, 'ada', undef)->{user}{id};
	guest('cs_app', customer => 'cus_app', metadata => { price_id => 'price_one', user_id => $ada });
	is claim($as_eve, 'cs_app')->{error}, 'order_taken', 'nor an application\'s user';
	is claim($as_eve, 'cs_none')->{error}, 'unknown_order', 'an unknown one is unknown';
	is claim($as_eve, undef)->{error}, 'unknown_order', 'so is none';
	is claim(undef, 'cs_app')->{error}, 'unauthorized', 'nobody takes nothing';
	guest('cs_wait', customer => 'cus_wait', payment_status => 'unpaid');
	is_deeply [page('cs_wait', $as_eve)->{claim}, claim($as_eve, 'cs_wait')->{error}], [undef, 'order_taken'], 'nor what is not paid';
	is balance($eve), 5, 'nothing came of it';
};

subtest 'a Payment Link that names somebody' => sub {
	my ($ada) = somebody();
	my $stands = do { guest('cs_stands', customer => 'cus_stands'); payer('cs_stands') };
	my ($eve, $who) = somebody();
	for ([cs_l1 => $ada], [cs_l2 => $stands]) {
		my ($id, $named) = @$_;
		my $before = balance($named);
		guest($id, customer => "cus_$id", payment_link => 'plink_1', client_reference_id => $named);
		is balance($named), $before + 100, 'gives them the credits';
		is_deeply [@{ page($id) }{qw(claim gift balance)}], ['open', true, undef], 'its page offers the purchase, and shows nothing of them';
		is_deeply claim($who, $id), {}, 'who paid may keep the purchase';
		is_deeply [balance($named), $db->value('select merged_into from users where id = ?::uuid', $named)], [$before + 100, undef],
		    '... and neither the credits nor the account of the one they named';
		is_deeply [@{ page($id, $who) }{qw(claim balance)}], ['yours', undef], '... nor sees them';
	}
	is balance($eve), 5, 'they have their own';
	is page('cs_stands')->{claim}, 'open', 'a payer who was named is still free to sign in';
};

subtest 'who has a seat already' => sub {
	my ($user, $who) = somebody();
	guest('cs_first', customer => 'cus_first');
	claim($who, 'cs_first');
	my $mine = take('cs_first')->{data}{code};
	guest('cs_second', customer => 'cus_second');
	my $spare = take('cs_second')->{data}{code};
	claim($who, 'cs_second');
	is_deeply [@{ page('cs_second', $who) }{qw(state shared)}, page('cs_second', $who)->{invite}{code}], ['allocated', true, $mine],
	    'sees that seat on the page of what they bought as a guest';
	is_deeply [@{ page('cs_second') }{qw(state invite)}], ['none', undef], 'who merely has the address does not';
	is take('cs_second')->{error}, 'no_seat', '... by no door';
	is take('cs_second', $who)->{data}{code}, $mine, '... they do';
	guest('cs_third', customer => 'cus_third');
	claim($who, 'cs_third');
	is page('cs_third', $who)->{invite}{code}, $mine, 'also when the button was not pressed';
	events_deliver($dbh, event('charge.refunded', { id => 'ch_2', object => 'charge', amount => 499, amount_refunded => 499,
		payment_intent => 'pi_cs_second' }));
	is page('cs_second', $who)->{state}, 'refunded', 'money that goes back is said';
	is take('cs_first')->{data}{code}, $mine, 'and the seat stays';
};

subtest 'a subscription' => sub {
	my ($user, $who) = somebody();
	guest('cs_sub', mode => 'subscription', subscription => 'sub_1', customer => 'cus_sub', metadata => { price_id => 'price_sub' });
	my $paid = sub ($id, $why) { events_deliver($dbh, event('invoice.paid', invoice($id, price => 'price_sub', subscription => 'sub_1', customer => 'cus_sub', billing_reason => $why))) };
	$paid->('in_1', 'subscription_create');
	claim($who, 'cs_sub');
	$paid->('in_2', 'subscription_cycle');
	is balance($user), 505, 'goes on in the account';
	is $db->value(q{select user_id from identities where subject = 'cus_sub'}), $user, '... and the portal is theirs';
};

is verify_clean($dbh), '', 'and the books agree';
done_testing;

sub ask_event ($id, $customer) {
	my $body = encode_json(event('checkout.session.completed', session($id, metadata => { price_id => 'price_one' }, customer => $customer)));
	return ($db->value('select extract(epoch from core.now())::bigint'), $body);
}
