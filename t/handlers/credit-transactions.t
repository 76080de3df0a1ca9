# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;

my $site = Gatehouse->site(handlers => [qw(credit-transactions users stripe-webhook)]);
my %key  = $site->bearer($site->key);
my $path = '/api/credits/transactions';
my $ada  = $site->user('ada', 100);

sub list ($query = '', %headers) { $site->get("$path?user_id=$ada$query", %headers ? %headers : %key) }
sub amounts ($res) { join ' ', map { $_->{amount} } @{ $res->json->{transactions} } }

$site->sql(q{select core.meter_charge(?, 'chat', n, null, null) from generate_series(1, 7) n}, $ada);
keeps_contract($site, 'credit-transactions', GET => "$path?user_id=$ada", {%key});

subtest 'pages' => sub {
	my $all = list();
	is amounts($all), '-7 -6 -5 -4 -3 -2 -1 100 5', 'the newest first';
	is $all->json->{next_cursor}, undef, 'all fit on one page';
	is_deeply [@{ $all->json->{transactions}[0] }{qw(type balance agent quantity)}], ['usage', 77, 'chat', 7], 'a row is whole';
	my ($cursor, @seen) = ('');
	for (1 .. 9) {
		my $res = list("&limit=4$cursor");
		push @seen, amounts($res);
		last unless defined $res->json->{next_cursor};
		$cursor = '&cursor=' . $res->json->{next_cursor};
		$site->sql(q{select core.meter_charge(?, 'chat', 1, null, null)}, $ada);
	}
	is_deeply \@seen, ['-7 -6 -5 -4', '-3 -2 -1 100', '5'], 'page by page nothing is lost or shown twice, whatever comes in';
	is amounts(list('&limit=2')), '-1 -1', 'what came in is on the first page';
};

subtest 'filters' => sub {
	is amounts(list('&type=purchase')), '100', 'by type';
	my $bob = $site->user('bob');
	$site->clock_move('10 days');
	$site->sql(q{select core.meter_charge(?, 'chat', 2, null, null)}, $bob);
	my ($day) = map { $site->value("select to_char(core.now() at time zone 'UTC', 'YYYY-MM-DD')") } 1;
	my $of = sub ($query) { amounts($site->get("$path?user_id=$bob&$query", %key)) };
	is $of->("from=$day"), '-2', 'from a day on';
	is $of->("to=$day"), '5', 'before a day';
	is $of->("from=${day}T00:00:00Z&to=2999-01-01T00:00:00%2B02:00"), '-2', 'between moments';
	$site->clock_move('-10 days');
};

subtest 'CSV' => sub {
	my $res = list('&format=csv&limit=2');
	like $res->headers->content_type, qr{^text/csv; charset=utf-8}, 'by format';
	like $res->body, qr/\Aid,created_at,type,amount,balance,agent,quantity\r\n"\d+","[^"]+","usage","-1","\d+","chat","1"\r\n[^\n]+\r\n\z/, 'a header and the rows';
	ok $res->headers->header('X-Next-Cursor'), 'where the next page begins';
	is list('', %key, Accept => 'text/csv')->body =~ tr/\n//, $site->value('select count(*) + 1 from credit_transactions where user_id = ?', $ada), 'or by Accept';
	$site->sql(q{insert into agent_pricing values ('=cmd|" /c calc"', 1)});
	$site->sql(q{select core.meter_charge(?, '=cmd|" /c calc"', 1, null, null)}, $ada);
	like list('&format=csv&limit=1')->body, qr/"'=cmd\|"" \/c calc""",/, 'text is never a formula, quotes are doubled';
};

subtest 'input and callers' => sub {
	for (qw(cursor=x cursor=1.5 limit=0 limit=1001 limit=x type=gold from=yesterday from=2026-13-01 to=2026-02-30T00:00Z format=xml)) {
		my ($field) = /^(\w+)/;
		error_is(list("&$_"), 422, 'invalid_field', $_, field => $field);
	}
	my %jwt = $site->bearer($site->jwt(sub => 'ada'));
	is $site->get($path, %jwt)->json->{user_id}, $ada, 'a user sees their own';
	error_is(list('', $site->bearer($site->jwt(sub => 'eve'))), 403, 'forbidden', "not another's");
	error_is($site->get($path, %key), 422, 'invalid_field', 'a key says whose', field => 'user_id');
	error_is(list('', $site->bearer($site->key('read'))), 403, 'forbidden', 'a key without the scope');
};

done_testing;
