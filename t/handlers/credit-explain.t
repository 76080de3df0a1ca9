# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;

my $site = Gatehouse->site(handlers => [qw(credit-explain credit-meter users stripe-webhook)]);
my %key  = $site->bearer($site->key);
my $ada  = $site->user('ada', 100);

sub why ($id, %headers) { $site->get("/api/credits/explain?id=$id", %headers ? %headers : %key) }

my $spent = $site->json('/functions/v1/credit-meter', { user_id => $ada, agent => 'image', quantity => 3 }, %key)->json->{transaction_id};
keeps_contract($site, 'credit-explain', GET => "/api/credits/explain?id=$spent", {%key});

subtest 'a debit' => sub {
	my $got = why($spent)->json;
	is_deeply [@{ $got->{transaction} }{qw(id type amount agent quantity)}], [$spent, 'usage', -15, 'image', 3], 'is shown';
	is_deeply [map { [@$_{qw(source amount granted)}] } @{ $got->{lots} }], [['trial', 5, 5], ['purchase', 10, 100]], 'with the lots that paid';
	my $order = $got->{lots}[1]{order};
	is_deeply [@$order{qw(amount currency)}], [499, 'usd'], 'and the order one came from';
	ok $order->{paid_at}, 'with its time';
	is $got->{lots}[0]{order}, undef, 'a trial comes from none';
};

subtest 'a grant' => sub {
	my $id = $site->value(q{select id from credit_transactions where user_id = ? and type = 'purchase'}, $ada);
	is_deeply [map { [@$_{qw(source amount)}] } @{ why($id)->json->{lots} }], [['purchase', 100]], 'is explained by its lot';
};

subtest 'whose' => sub {
	is why($spent, $site->bearer($site->jwt(sub => 'ada')))->code, 200, 'a user may ask about their own';
	error_is(why($spent, $site->bearer($site->jwt(sub => 'eve'))), 404, 'unknown_transaction', "another's does not exist");
	error_is(why($_), 404, 'unknown_transaction', "id $_") for 'x', '0', '-1', '9' x 30;
	error_is($site->get('/api/credits/explain', %key), 422, 'invalid_field', 'no id', field => 'id');
	error_is(why($spent, $site->bearer($site->key('read'))), 403, 'forbidden', 'a key without the scope');
};

done_testing;
