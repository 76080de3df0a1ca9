# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use utf8;

my $site = Gatehouse->site(handlers => [qw(credit-meter users stripe-webhook)]);
my %key  = $site->bearer($site->key);
my $path = '/functions/v1/credit-meter';
my $ada  = $site->user('ada', 100);

sub meter ($fields, %headers) { $site->json($path, { user_id => $ada, agent => 'chat', %$fields }, %headers ? %headers : %key) }
sub balance ($user = $ada) { $site->value('select balance from credits where user_id = ?', $user) }

keeps_contract($site, 'credit-meter', $site->json_request($path,
	{ user_id => $ada, agent => 'chat', idempotency_key => 'contract' }, %key));

subtest 'a charge' => sub {
	my $before = balance();
	my $got = meter({ agent => 'image', quantity => 3, metadata => { task => 'déjà vu' } })->json;
	is_deeply [@$got{qw(success charged balance replayed)}], [true, 15, $before - 15, false],
	    'price times quantity';
	my ($row) = $site->sql('select type, amount, balance, agent, quantity, metadata, request_id from credit_transactions where id = ?', $got->{transaction_id});
	is_deeply [@$row{qw(type amount balance agent quantity)}], ['usage', -15, $before - 15, 'image', 3],
	    'is one ledger row';
	is decode_json(Mojo::Util::encode('UTF-8', $row->{metadata}))->{task}, 'déjà vu',
	    'with the metadata';
	ok $row->{request_id}, 'and the request that made it';
	is $site->value('select sum(amount) from transaction_lots where transaction_id = ?', $got->{transaction_id}), 15,
	    'that names the lots that paid';
	is meter({})->json->{charged}, 1, 'quantity is 1 when not said';
	is $site->value('select count(*) from user_activity where user_id = ?', $ada), 1,
	    'the day counts as active';
};

subtest 'the idempotency key' => sub {
	my $before = balance();
	my $first  = meter({ quantity => 2, idempotency_key => 'k1' })->json;
	my $again  = meter({ quantity => 2, idempotency_key => 'k1' })->json;
	is_deeply [@$again{qw(transaction_id charged balance replayed)}], [@$first{qw(transaction_id charged balance)}, true],
	    'the same again: the same receipt';
	is balance(), $before - 2, 'charged once';
	error_is(meter({ quantity => 3, idempotency_key => 'k1' }), 409, 'idempotency_conflict',
	    'another quantity: conflict');
	error_is(meter({ quantity => 2, agent => 'image', idempotency_key => 'k1' }), 409, 'idempotency_conflict',
	    'another agent: conflict');
	is meter({ quantity => 2 }, %key, 'Idempotency-Key' => 'k1')->json->{replayed}, true,
	    'as a header it is the same key';
	error_is(meter({ idempotency_key => 'a' }, %key, 'Idempotency-Key' => 'b'), 422, 'invalid_field',
	    'two different keys', field => 'idempotency_key');
	my $bob = $site->user('bob');
	is meter({ user_id => $bob, quantity => 2, idempotency_key => 'k1' })->json->{replayed}, false,
	    "is each user's own";
	is balance(), $before - 2, 'no more was charged';
};

subtest 'without enough' => sub {
	my $poor = $site->user('poor');
	error_is(meter({ user_id => $poor, agent => 'image', quantity => 2, idempotency_key => 'p' }), 402, 'insufficient_credits', 'is 402 with both numbers',
		balance => 5, required => 10);
	is balance($poor), 5, 'takes nothing';
	is meter({ user_id => $poor, agent => 'image' })->json->{balance}, 0,
	    'the last credit can be spent';
	error_is(meter({ user_id => $poor }), 402, 'insufficient_credits',
	    'then nothing is left', balance => 0, required => 1);
	$site->pay($poor, 100);
	is meter({ user_id => $poor, agent => 'image', quantity => 2, idempotency_key => 'p' })->json->{replayed}, false,
	    'a refused key is free for the next try';
};

subtest 'a user pays from their own wallet' => sub {
	my %jwt = $site->bearer($site->jwt(sub => 'jwt-user'));
	is $site->json($path, { agent => 'chat' }, %jwt)->json->{balance}, 4,
	    'user from the token, with the trial';
	is $site->json($path, { agent => 'chat' }, %jwt, apikey => 'anon-key-of-old')->json->{balance}, 3,
	    'a foreign apikey header is tolerated';
	error_is(meter({}, %jwt), 403, 'forbidden', "not from another's");
	is $site->json($path, { agent => 'chat', user_id => 'jwt-user' }, %jwt)->code, 200,
	    'their own name is fine';
	is balance(), $site->value('select sum(remaining) from credit_lots where user_id = ?', $ada),
	    'nobody else paid';
};

subtest 'input' => sub {
	my $before = $site->state;
	for (['quantity', 0], ['quantity', -1], ['quantity', 1.5], ['quantity', '3'], ['quantity', 1_000_001],
		['quantity', 9e18], ['agent', ''], ['agent', ['chat']], ['agent', undef], ['metadata', 'text'], ['metadata', [1]],
		['metadata', { x => 'y' x 5000 }], ['idempotency_key', ''], ['idempotency_key', 'k' x 256], ['idempotency_key', 5]) {
		my ($field, $value) = @$_;
		my $body = { user_id => $ada, agent => 'chat', $field => $value };
		my $shown = substr encode_json([$value]), 0, 30;
		my $res = $site->json($path, $body, %key);
		error_is($res, 422, 'invalid_field', "$field $shown: 422", field => $field);
	}
	error_is($site->json($path, { agent => 'chat' }, %key), 422, 'invalid_field',
	    'a key says whose', field => 'user_id');
	error_is(meter({ agent => 'psychic' }), 404, 'unknown_agent', 'an unknown agent');
	error_is(meter({ user_id => 'nobody' }), 404, 'unknown_user', 'an unknown user');
	error_is(meter({}, $site->bearer($site->key('read'))), 403, 'forbidden',
	    'a key without the scope');
	$site->sql(q{update agent_pricing set active = false where agent = 'image'});
	error_is(meter({ agent => 'image' }), 404, 'unknown_agent', 'an agent that is switched off');
	is $site->state, $before, 'nothing changed';
};

done_testing;
