# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;

my $site = Gatehouse->site(handlers => [qw(credit-holds hold-capture hold-void credits users stripe-webhook)]);
my %key  = $site->bearer($site->key);
my $path = '/api/credits/holds/capture';
my $ada  = $site->user('ada', 1000);

sub hold ($amount = 10, %more) { $site->json('/api/credits/holds', { user_id => $ada, amount => $amount, %more }, %key)->json->{hold_id} }
sub capture ($hold, $amount, $fields = {}, %headers) {
	return $site->json($path, { hold_id => $hold, amount => $amount, %$fields }, %headers ? %headers : %key);
}
sub balance { $site->value('select balance from credits where user_id = ?', $ada) }

keeps_contract($site, 'hold-capture', $site->json_request($path,
	{ hold_id => hold(), amount => 3, idempotency_key => 'contract' }, %key));

subtest 'part of a hold' => sub {
	my $before = balance();
	my $hold = hold(10, agent => 'image', metadata => { job => 7 });
	my $got = capture($hold, 7)->json;
	is_deeply [@$got{qw(success hold_id charged released balance replayed)}], [true, $hold, 7, 3, $before - 7, false],
	    'is charged, the rest is released';
	is balance(), $before - 7, 'the balance says so';
	my ($row) = $site->sql('select type, amount, agent, metadata from credit_transactions where id = ?', $got->{transaction_id});
	is_deeply [@$row{qw(type amount agent)}, decode_json($row->{metadata})], ['usage', -7, 'image', { job => 7 }],
	    'it is one row of usage, with what the hold was for';
	is $site->value(q{select coalesce(sum(amount), 0) from credit_transactions where type like 'hold%'
		and user_id = ? and id >= (select transaction_id from credit_holds where id = ?)}, $ada, $hold), 0, 'holding itself cost nothing';
	is $site->value('select count(*) from user_activity where user_id = ?', $ada), 1, 'the day counts as active';
};

subtest 'a hold is settled once (eliza#11606)' => sub {
	my $hold = hold();
	my $first = capture($hold, 10, { idempotency_key => 'c1' })->json;
	my $again = capture($hold, 10, { idempotency_key => 'c1' })->json;
	is_deeply [@$again{qw(transaction_id charged balance replayed)}], [@$first{qw(transaction_id charged balance)}, true],
	    'the same key: the same receipt';
	my $before = balance();
	error_is(capture($hold, 10), 409, 'hold_settled', 'without it: settled', state => 'captured');
	error_is(capture($hold, 9, { idempotency_key => 'c2' }), 409, 'hold_settled', 'under another key too');
	error_is(capture($hold, 9, { idempotency_key => 'c1' }), 409, 'idempotency_conflict', 'the key with another amount: conflict');
	error_is($site->json('/api/credits/holds/void', { hold_id => $hold }, %key), 409, 'hold_settled', 'nor can it be voided');
	is balance(), $before, 'nothing more was charged';
	$hold = hold();
	$before = balance();
	my @both = map { [$site->json_request($_ % 2 ? ($path, { hold_id => $hold, amount => 10 })
		: ('/api/credits/holds/void', { hold_id => $hold }), %key)] } 1 .. 12;
	my @done = grep { $_->code == 200 && !$_->json->{replayed} } $site->together(@both);
	is scalar @done, 1, 'of twelve at once one settles it';
	is balance(), $before + $done[0]->json->{released}, 'and moves what it says';
};

subtest 'a hold that is over cannot be committed (blnk#182)' => sub {
	my $hold = hold();
	$site->json('/api/credits/holds/void', { hold_id => $hold }, %key);
	error_is(capture($hold, 1), 409, 'hold_settled', 'voided: settled', state => 'voided');
	$hold = hold(10, expires_in => 5);
	$site->clock_move('5 seconds');
	error_is(capture($hold, 1), 410, 'hold_expired', 'its time is over: expired');
	$site->clock_move('-5 seconds');
};

subtest 'input and callers' => sub {
	my $hold = hold();
	$site->user('eve');
	my $before = $site->state;
	error_is(capture($hold, 11), 422, 'invalid_field', 'more than held', field => 'amount');
	error_is(capture($hold, $_), 422, 'invalid_field', 'amount ' . encode_json([$_]), field => 'amount') for 0, -1, '5', 1.5, undef;
	error_is(capture(undef, 1), 422, 'invalid_field', 'no hold', field => 'hold_id');
	error_is(capture($_, 1), 404, 'unknown_hold', "hold $_") for 'x', '00000000-0000-0000-0000-000000000000';
	error_is(capture($hold, 1, {}, $site->bearer($site->jwt(sub => 'eve'))), 404, 'unknown_hold', "another's hold does not exist");
	error_is(capture($hold, 1, {}, $site->bearer($site->key('read'))), 403, 'forbidden', 'a key without the scope');
	is $site->state, $before, 'nothing changed';
	is capture($hold, 1, {}, $site->bearer($site->jwt(sub => 'ada')))->json->{charged}, 1, 'a user captures their own';
};

done_testing;
