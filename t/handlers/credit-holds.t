# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;

my $site = Gatehouse->site(handlers => [qw(credit-holds hold-capture hold-void credits credit-meter users stripe-webhook)]);
my %key  = $site->bearer($site->key);
my $path = '/api/credits/holds';
my $ada  = $site->user('ada', 100);

sub hold ($fields, %headers) { $site->json($path, { user_id => $ada, amount => 10, %$fields }, %headers ? %headers : %key) }
sub settle ($verb, $fields, %headers) { $site->json("$path/$verb", $fields, %headers ? %headers : %key) }
sub wallet ($user = $ada) { $site->get("/api/credits?user_id=$user", %key)->json }

keeps_contract($site, 'credit-holds', $site->json_request($path,
	{ user_id => $ada, amount => 1, idempotency_key => 'contract' }, %key));

subtest 'a hold is not available to others (blnk#181)' => sub {
	my $before = wallet();
	my $got = hold({ amount => 40, expires_in => 60, metadata => { job => 7 } })->json;
	is_deeply [@$got{qw(success held balance replayed)}], [true, 40, $before->{balance} - 40, false], 'it is told';
	my $now = wallet();
	is_deeply [@$now{qw(balance available held)}], [$before->{balance} - 40, $before->{balance} - 40, $before->{held} + 40],
	    'the account shows it apart';
	is_deeply [map { $_->{hold_id} } grep { $_->{amount} == 40 } @{ $now->{holds} }], [$got->{hold_id}], 'among its holds';
	error_is($site->json('/functions/v1/credit-meter', { user_id => $ada, agent => 'chat', quantity => $now->{balance} + 1 }, %key),
		402, 'insufficient_credits', 'the meter does not spend it', balance => $now->{balance});
	error_is(hold({ amount => $now->{balance} + 1 }), 402, 'insufficient_credits', 'nor does another hold',
		balance => $now->{balance}, required => $now->{balance} + 1);
	settle(void => { hold_id => $got->{hold_id} });
	is wallet()->{balance}, $before->{balance}, 'given back it is there again';
};

subtest 'by price' => sub {
	is hold({ amount => undef, agent => 'image', quantity => 3 })->json->{held}, 15, 'price times quantity';
	is hold({ amount => undef, agent => 'chat' })->json->{held}, 1, 'quantity is 1 when not said';
	is hold({ amount => 7, agent => 'image' })->json->{held}, 7, 'an amount beside an agent says how much';
	error_is(hold({ agent => 'psychic' }), 404, 'unknown_agent', 'an unknown agent');
};

subtest 'the idempotency key' => sub {
	my $first = hold({ idempotency_key => 'k1' })->json;
	my $before = wallet()->{balance};
	my $again = hold({ idempotency_key => 'k1' })->json;
	is_deeply [@$again{qw(hold_id held balance expires_at replayed)}], [@$first{qw(hold_id held balance expires_at)}, true],
	    'the same again: the same hold';
	is wallet()->{balance}, $before, 'held once';
	error_is(hold({ idempotency_key => 'k1', amount => 11 }), 409, 'idempotency_conflict', 'another amount: conflict');
	is hold({}, %key, 'Idempotency-Key' => 'k1')->json->{replayed}, true, 'as a header it is the same key';
};

subtest 'its time' => sub {
	my $before = wallet()->{balance};
	my $got = hold({ expires_in => 60 })->json;
	$site->clock_move('61 seconds');
	is wallet()->{balance}, $before, 'when it is over the credits are back, without a sweep';
	error_is(settle(capture => { hold_id => $got->{hold_id}, amount => 1 }), 410, 'hold_expired', 'it cannot be captured any more');
	error_is(settle(void => { hold_id => $got->{hold_id} }), 410, 'hold_expired', 'nor voided');
	$site->clock_move('-61 seconds');
};

subtest 'callers' => sub {
	my %jwt = $site->bearer($site->jwt(sub => 'bob'));
	my $got = $site->json($path, { amount => 2 }, %jwt)->json;
	is_deeply [@$got{qw(held balance)}], [2, 3], 'a user holds of their own';
	error_is(hold({}, %jwt), 403, 'forbidden', "not of another's");
	error_is(hold({}, $site->bearer($site->key('read'))), 403, 'forbidden', 'a key without the scope');
	error_is($site->json($path, { amount => 2 }, %key), 422, 'invalid_field', 'a key says whose', field => 'user_id');
	error_is(hold({ user_id => 'nobody' }), 404, 'unknown_user', 'an unknown user');
};

subtest 'input' => sub {
	my $before = $site->state;
	for (['amount', 0], ['amount', -1], ['amount', 1.5], ['amount', '3'], ['amount', 1_000_001], ['amount', undef],
		['expires_in', 0], ['expires_in', 86401], ['expires_in', '60'], ['metadata', [1]], ['agent', ['chat']],
		['quantity', 2], ['idempotency_key', '']) {
		my ($field, $value) = @$_;
		error_is(hold({ $field => $value }), 422, 'invalid_field', "$field " . substr(encode_json([$value]), 0, 30), field => $field);
	}
	$site->sql(q{update agent_pricing set credits = 0 where agent = 'chat'});
	error_is(hold({ amount => undef, agent => 'chat' }), 422, 'invalid_field', 'nothing to hold', field => 'amount');
	is $site->state, $before, 'nothing changed';
};

done_testing;
