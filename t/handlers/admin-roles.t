# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use Gatehouse::People;

my $site = Gatehouse->site(handlers => [qw(admin-roles)]);
my $path = '/admin/roles';
my $adam = person($site, 'adam', 'admin');
my ($dina, $rita) = (person($site, 'dina', 'driver'), person($site, 'rita', 'recipient'));
my %adam = $site->session_of($adam);
$site->sql(q{select core.identity_sign_in('telegram', '700', '{"username":"rita_r","first_name":"Rita"}', ?)}, $rita);

keeps_contract($site, 'admin-roles', GET => $path, {%adam});

sub names ($query = '') { [$site->get("$path?$query", %adam)->dom->find('.who')->map('text')->each] }
sub change (%fields) { $site->form($path, \%fields, %adam) }

subtest 'finding somebody' => sub {
	is_deeply names(), [qw(adam dina)], 'who has power, the strongest first';
	is_deeply names("q=$_"), ['Rita'], "by $_" for 'rita', 'RIT', '700', 'rita_r', $rita;
	is_deeply names('q=nobody'), [], 'nobody';
};

subtest 'giving and taking' => sub {
	my $res = change(user_id => $rita, role => 'driver', act => 'give');
	is_deeply [$res->code, $res->headers->location], [303, "$path?q=$rita"], 'given';
	is roles_of($site, $rita), 'driver recipient', 'held';
	is change(user_id => $rita, role => 'driver', act => 'give')->code, 303, 'again is nothing';
	change(user_id => $rita, role => 'recipient', act => 'take');
	is roles_of($site, $rita), 'driver', 'taken';
	is_deeply [map { "$_->{action} $_->{role} $_->{actor_user}" } $site->sql(q{select action, detail->>'role' as role, actor_user
		from audit_log where actor_user is not null order by id})], ["role.grant driver $adam", "role.revoke recipient $adam"], 'each written down once, by whom';
	like $site->get($path, %adam)->dom->at('table')->all_text, qr/Rita\s*taken away\s*recipient\s*adam/, 'and shown';
	page_error_is(change(user_id => $adam, role => 'admin', act => 'take'), 409, 'the last admin stays');
	page_error_is(change(user_id => $rita, role => 'owner', act => 'give'), 422, 'no such role');
	page_error_is(change(user_id => $rita, role => 'driver', act => 'steal'), 422, 'no such act');
	page_error_is(change(user_id => $rita, role => 'driver'), 422, 'what?');
	page_error_is(change(user_id => '00000000-0000-4000-8000-000000000000', role => 'driver', act => 'give'), 404, 'who?');
};

subtest 'who' => sub {
	my %dina = $site->session_of($dina);
	page_error_is($site->get($path, %dina), 403, 'not a driver');
	page_error_is($site->form($path, { user_id => $dina, role => 'admin', act => 'give' }, %dina), 403, 'nobody raises themselves');
	is roles_of($site, $dina), 'driver', '... really';
};

done_testing;
