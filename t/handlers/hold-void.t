# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;

my $site = Gatehouse->site(handlers => [qw(credit-holds hold-capture hold-void credits users stripe-webhook)]);
my %key  = $site->bearer($site->key);
my $path = '/api/credits/holds/void';
my $ada  = $site->user('ada', 100);

sub hold ($amount = 10, %more) { $site->json('/api/credits/holds', { user_id => $ada, amount => $amount, %more }, %key)->json->{hold_id} }
sub void ($hold, %headers) { $site->json($path, { hold_id => $hold }, %headers ? %headers : %key) }
sub lots { [map { "@$_{qw(source remaining expires)}" } $site->sql(q{select source, remaining, expires_at is not null as expires
	from credit_lots where user_id = ? order by id}, $ada)] }

keeps_contract($site, 'hold-void', $site->json_request($path, { hold_id => hold(1) }, %key));

subtest 'credits go back to their own lots' => sub {
	$site->sql(q{select core.credits_grant(?::uuid, 'bonus', 20, 'test:expiring', core.now(),
		p_expires_at => core.now() + interval '1 hour')}, $ada);
	my $before = lots();
	my $hold = hold(50);
	my $got = void($hold)->json;
	is_deeply [@$got{qw(success charged released transaction_id balance replayed)}], [true, 0, 50, undef, 125, false], 'it is told';
	is_deeply lots(), $before, 'each as it was';
	is_deeply [@{ void($hold)->json }{qw(released balance replayed)}], [50, 125, true], 'again: the same answer';
	is_deeply lots(), $before, 'and nothing more came back';
};

subtest 'and keep their expiry (suna#5869)' => sub {
	my $hold = hold(24, expires_in => 7200);
	$site->clock_move('90 minutes');
	my $got = void($hold)->json;
	is_deeply [@$got{qw(released balance)}], [24, 105], 'what expired meanwhile is gone at once';
	is $site->value(q{select amount from credit_transactions where user_id = ? and type = 'expiry'}, $ada), -20, 'and booked as that';
	is $site->get("/api/credits?user_id=$ada", %key)->json->{available}, 105, 'the rest is back';
	$site->clock_move('-90 minutes');
};

subtest 'whose' => sub {
	my $hold = hold();
	error_is(void($hold, $site->bearer($site->jwt(sub => 'eve'))), 404, 'unknown_hold', "another's hold does not exist");
	error_is(void('x'), 404, 'unknown_hold', 'nor does nonsense');
	error_is(void(undef), 422, 'invalid_field', 'no hold', field => 'hold_id');
	error_is(void($hold, $site->bearer($site->key('read'))), 403, 'forbidden', 'a key without the scope');
	is void($hold, $site->bearer($site->jwt(sub => 'ada')))->json->{released}, 10, 'a user voids their own';
};

done_testing;
