# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use Gatehouse::People;

my $site = Gatehouse->site(handlers => [qw(admin-invitations)]);
my $path = '/admin/invitations';
my %adam = $site->session_of(person($site, 'adam', 'admin'));
my ($dina, $doug) = map { person($site, $_, 'driver') } qw(dina doug);

sub made ($by, $code, $for = undef) {
	$site->sql(q{select core.invitations_create(?, 'recipient', ?::interval, 1, ?, null, null)}, $by, $for, $code);
	return $code;
}
sub rows ($query = '') { [$site->get("$path?$query", %adam)->dom->find('#rows tr')->map(sub { $_->{'data-key'} })->each] }

made($dina, "dina-$_") for 1 .. 3;
made($doug, "doug-$_") for 1 .. 2;
$site->sql(q{select accept_invitation('dina-1', '{"telegram_id":700,"first_name":"Zoe","username":"zoe"}')});
$site->sql(q{select accept_invitation('doug-1', '{"telegram_id":701,"first_name":"Abe","username":"abe_100%"}')});
$site->sql(q{select core.invitation_revoke('dina-2', ?, null, false)}, $dina);
made($doug, 'doug-late', '1 hour');
$site->clock_move('2 hours');
%adam = $site->session_of($site->value(q{select id from users where external_id = 'adam'}));

keeps_contract($site, 'admin-invitations', GET => $path, {%adam});

subtest 'the table' => sub {
	is_deeply rows(), [qw(doug-late doug-2 doug-1 dina-3 dina-2 dina-1)], 'all, the newest first';
	my $dom = $site->get($path, %adam)->dom;
	is_deeply [$dom->find('#statistics dd')->map('text')->each], [6, 2, 2, 2], 'statistics';
	like $dom->at('[data-key=dina-1]')->all_text, qr/✅ Accepted.*Zoe\s+\@zoe.*dina/s, 'who accepted whose';
	is_deeply rows('sort=oldest'), [reverse @{ rows() }], 'oldest first';
	is_deeply rows('sort=inviter'), [qw(dina-1 dina-2 dina-3 doug-1 doug-2 doug-late)], 'by inviter';
	is_deeply [@{ rows('sort=recipient') }[4, 5]], [qw(doug-1 dina-1)], 'by recipient';
	is_deeply [@{ rows('sort=accepted') }[0, 1]], [qw(doug-1 dina-1)], 'by acceptance';
	is_deeply rows('status=pending'), [qw(doug-2 dina-3)], 'by status';
	is_deeply rows('status=expired'), ['doug-late'], '... expired as of now';
	is_deeply rows('q=ZO'), ['dina-1'], 'search by a name, whatever its case';
	is_deeply rows('q=%25'), ['doug-1'], 'where % is a letter';
	is_deeply rows('q=701'), ['doug-1'], 'by number';
	is_deeply rows('q=doug&status=pending&sort=oldest'), ['doug-2'], 'all together';
	is_deeply rows('q=nobody'), [], 'none';
	page_error_is($site->get("$path?sort=lost", %adam), 422, 'no such order');
	page_error_is($site->get("$path?status=lost", %adam), 422, 'no such status');
	page_error_is($site->get("$path?cursor=x", %adam), 422, 'no such place');
};

subtest 'one in detail' => sub {
	my $show = $site->get("$path?show=dina-1", %adam)->dom->at('#show')->all_text;
	like $show, qr/Inviter\s*dina/, 'who invited';
	like $show, qr/Recipient\s*Zoe · \@zoe · 700 · recipient/, 'who accepted, with their role';
	like $show, qr/invitation\.accept\s*Zoe/, 'and its history';
	like $site->get("$path?show=dina-2", %adam)->dom->at('#show')->all_text, qr/Withdrawn.*· dina/s, 'who withdrew it';
	is $site->get("$path?show=no-such", %adam)->dom->at('#show'), undef, 'none for none';
	is $site->form($path, { revoke => 'doug-2' }, %adam)->headers->location, "$path?show=doug-2", "an admin withdraws anybody's";
	is $site->value(q{select status from invitations where invite_code = 'doug-2'}), 'revoked', '... really';
	page_error_is($site->form($path, { revoke => 'doug-1' }, %adam), 409, 'not what was accepted');
};

subtest 'pages, CSV, 304' => sub {
	$site->sql(q{select core.invitations_create(?, 'recipient', null, 120, null, 'many', null)}, $dina);
	for my $sort ('', qw(oldest inviter recipient accepted)) {
		my (@seen, $cursor);
		do {
			my $dom = $site->get("$path?sort=$sort" . ($cursor ? "&cursor=$cursor" : ''), %adam)->dom;
			push @seen, $dom->find('#rows tr')->map(sub { $_->{'data-key'} })->each;
			$cursor = ($dom->at('button[name=cursor]') // {})->{value};
		} while $cursor;
		my %once = map { $_ => 1 } @seen;
		is_deeply [scalar @seen, scalar keys %once], [126, 126], 'every row once, page by page: ' . ($sort || 'newest');
	}
	my $csv = $site->get("$path?format=csv&q=dina", %adam);
	like $csv->headers->content_type, qr{^text/csv}, 'CSV';
	is scalar(split /\r\n/, $csv->body), 1 + 123, 'of all that fits the filter';
	my $tag = $site->get("$path?q=zoe", %adam)->headers->etag;
	is $site->get("$path?q=zoe", %adam, 'If-None-Match' => $tag)->code, 304, 'unchanged: 304';
	made($doug, 'after');
	is $site->get("$path?q=zoe", %adam, 'If-None-Match' => $tag)->code, 200, 'changed: the page';
};

subtest 'CSV of very many' => sub {
	$site->sql(q{insert into invitations (inviter_id, inviter_login, invite_code, created_at)
		select ?, 'dina', 'mass-' || i, core.now() from generate_series(1, 10500) i}, $dina);
	for my $sort ('', 'inviter') {
		my %lines = map { $_ => 1 } split /\r\n/, $site->get("$path?format=csv&q=mass-&sort=$sort", %adam)->body;
		is scalar(keys %lines), 1 + 10_500, 'has each once: ' . ($sort || 'newest');
	}
	page_error_is($site->get("$path?format=csv&sort=lost", %adam), 422, 'or says why not');
};

subtest 'who' => sub {
	my %dina = $site->session_of($dina);
	page_error_is($site->get($path, %dina), 403, 'a driver does not see all');
	page_error_is($site->form($path, { revoke => 'doug-1' }, %dina), 403, 'nor withdraw from here');
};

done_testing;
