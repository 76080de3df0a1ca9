# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use Gatehouse::People;

my $site = Gatehouse->site(handlers => [qw(invitations)]);
my $path = '/api/invitations';
my %key  = $site->bearer($site->key);
my ($dina, $adam, $rita) = (person($site, 'dina', 'driver'), person($site, 'adam', 'admin'), person($site, 'rita', 'recipient'));
my ($dinas, $adams, $ritas) = map { { $site->bearer($site->jwt(sub => $_)) } } $dina, $adam, $rita;

keeps_contract($site, 'invitations', $site->json_request($path, { user_id => 'dina', idempotency_key => 'once' }, %key, Origin => $site->conf->{PUBLIC_URL}));

my $made;
subtest 'a driver makes one' => sub {
	my $res = $site->json($path, {}, %$dinas);
	$made = $res->json->{invitation};
	is $res->code, 200, 'made';
	like $made->{invite_code}, qr/^[2-9A-HJ-NP-Z]{16}$/, 'with a code made up';
	is $made->{url}, $site->conf->{PUBLIC_URL} . "/invite/$made->{invite_code}", 'and a link at once';
	is_deeply [@$made{qw(status role expires_at inviter_id inviter_login)}], ['pending', 'recipient', undef, $dina, 'dina'],
	    'pending, for a recipient, for ever, by its inviter';
	like $made->{share}, qr{^https://t\.me/share/url\?url=http%3A%2F%2F.*%2Finvite%2F$made->{invite_code}$}, 'to be shared in Telegram';
	isnt $site->json($path, {}, %$dinas)->json->{invitation}{invite_code}, $made->{invite_code}, 'another one each time';
};

subtest 'under a key it is made once' => sub {
	my %once = (role => 'member', expires_in => 604800, idempotency_key => 'k1');
	my $first = $site->json($path, \%once, %$dinas)->json;
	is_deeply $site->json($path, \%once, %$dinas)->json, $first, 'the same again';
	is_deeply $site->json($path, { %once{qw(role expires_in)} }, %$dinas, 'Idempotency-Key' => 'k1')->json, $first, 'also by the header';
	error_is($site->json($path, { %once, role => 'recipient' }, %$dinas), 409, 'idempotency_conflict', 'another role');
	error_is($site->json($path, { %once, expires_in => 1 }, %$dinas), 409, 'idempotency_conflict', 'another time');
	error_is($site->json($path, { %once, count => 2 }, %$dinas), 409, 'idempotency_conflict', 'another count');
	isnt $site->json($path, \%once, %$adams)->json->{invitation}{id}, $first->{invitation}{id}, "somebody else's key is another";
	my @at_once = $site->together(map { [$site->json_request($path, { count => 5, idempotency_key => 'burst' }, %$dinas)] } 1 .. 8);
	is scalar(grep { $_->code == 200 && @{ $_->json->{invitations} } == 5 } @at_once), 8, 'eight at once: eight equal answers';
	is $site->value(q{select count(*) from invitations where idempotency_key = 'burst'}), 5, '... and five invitations';
};

subtest 'many at once, as a table' => sub {
	my $res = $site->json($path, { count => 100, format => 'csv' }, %$dinas);
	like $res->headers->content_type, qr{^text/csv}, 'CSV';
	my @lines = split /\r\n/, $res->body;
	is scalar @lines, 101, 'a hundred lines and a head';
	like $lines[0], qr/^invite_code,url,role,status/, 'the head';
	like $lines[1], qr{^"([2-9A-Z]{16})","http://\S+/invite/\1","recipient","pending"}, 'code and link';
	is scalar(keys %{ { map { (split /,/)[0] => 1 } @lines[1 .. 100] } }), 100, 'all different';
	error_is($site->json($path, { count => 1001 }, %$dinas), 422, 'invalid_field', 'not more than a thousand', field => 'count');
};

subtest 'the ceiling' => sub {
	error_is($site->json($path, { role => 'admin' }, %$dinas), 403, 'role_ceiling', 'a driver makes no admin');
	is $site->json($path, { role => 'driver' }, %$dinas)->code, 200, 'but another driver';
	is $site->json($path, { role => 'admin' }, %$adams)->code, 200, 'an admin makes an admin';
	error_is($site->json($path, {}, %$ritas), 403, 'forbidden', 'a recipient makes none');
	error_is($site->json($path, { user_id => $adam }, %$dinas), 403, 'forbidden', 'nobody for somebody else');
	error_is($site->json($path, { role => 'owner' }, %$dinas), 422, 'invalid_field', 'no such role', field => 'role');
	error_is($site->json($path, { expires_in => 0 }, %$dinas), 422, 'invalid_field', 'no time', field => 'expires_in');
	error_is($site->json($path, {}, %key), 422, 'invalid_field', 'a key says for whom', field => 'user_id');
	is $site->json($path, { user_id => $adam, role => 'driver' }, %key)->code, 200, 'it makes a driver';
	error_is($site->json($path, { user_id => $adam, role => 'admin' }, %key), 403, 'role_ceiling', 'but no admin, whoever it speaks for');
	error_is($site->json($path, { user_id => 'nobody' }, %key), 404, 'unknown_user', 'somebody we know');
	is $site->json($path, { user_id => $dina, invite_code => 'chosen-code' }, %key)->json->{invitation}{invite_code}, 'chosen-code', 'a code of their choice';
	error_is($site->json($path, { invite_code => 'chosen-code' }, %$adams), 409, 'invitation_taken', 'that nobody else has');
	error_is($site->json($path, { invite_code => 'a b' }, %$adams), 422, 'invalid_field', 'that fits a link', field => 'invite_code');
};

subtest 'the list' => sub {
	my $first = $site->get("$path?limit=60", %$dinas);
	is scalar @{ $first->json->{invitations} }, 60, 'a page';
	my $next = $first->json->{next_cursor};
	my $second = $site->get("$path?limit=1000&cursor=$next", %$dinas)->json;
	is $second->{next_cursor}, undef, 'the rest';
	is @{ $second->{invitations} } + 60, $first->json->{statistics}{total}, 'all of theirs';
	is_deeply [grep { $_->{inviter_id} ne $dina } @{ $second->{invitations} }], [], "and nobody else's";
	is $site->get("$path?status=accepted", %$dinas)->json->{invitations}[0], undef, 'by status';
	like $site->get("$path?format=csv&limit=2", %$dinas)->body, qr/\A\w+,.*\r\n(?:".*"\r\n){2}\z/, 'as CSV';
	my $tag = $first->headers->etag;
	is $site->get("$path?limit=60", %$dinas, 'If-None-Match' => $tag)->code, 304, 'unchanged: 304';
	is $site->get("$path?limit=60", %$dinas, 'If-None-Match' => $tag)->body, '', '... and no body';
	$site->json($path, {}, %$dinas);
	is $site->get("$path?limit=60", %$dinas, 'If-None-Match' => $tag)->code, 200, 'changed: all of it';
	error_is($site->get("$path?status=lost", %$dinas), 422, 'invalid_field', 'no such status', field => 'status');
	error_is($site->get("$path?cursor=x", %$dinas), 422, 'invalid_field', 'no such place', field => 'cursor');
	$site->sql(q{update invitations set inviter_login = E'\r=1+1' where seq = (select max(seq) from invitations where inviter_id = ?)}, $dina);
	like $site->get("$path?format=csv&limit=1", %$dinas)->body, qr/,"'\r=1\+1",/, 'a line that begins with a formula is none';
};

subtest 'withdrawing' => sub {
	my $code = $made->{invite_code};
	my $gone = sub ($who, $what = $code) { $site->request(DELETE => $path, { %$who, 'Content-Type' => 'application/json' }, encode_json({ invite_code => $what })) };
	error_is($gone->($ritas), 404, 'invitation_unknown', "somebody else's is unknown");
	is $gone->($dinas)->json->{invitation}{status}, 'revoked', "one's own";
	is $gone->($dinas)->json->{invitation}{status}, 'revoked', 'again is the same';
	is $site->value(q{select count(*) from audit_log where action = 'invitation.revoke'}), 1, 'written down once';
	error_is($gone->($dinas, 'no-such'), 404, 'invitation_unknown', 'an unknown one');
	error_is($site->request(DELETE => $path, $dinas), 422, 'invalid_field', 'which one?', field => 'invite_code');
	is $gone->($adams, 'chosen-code')->code, 200, "an admin withdraws anybody's";
	my $other = $site->json($path, { expires_in => 60 }, %$dinas)->json->{invitation}{invite_code};
	$site->clock_move('1 minute');
	error_is($gone->($dinas, $other), 409, 'invitation_settled', 'not one whose time is over');
	is $site->get("$path?status=expired", %$dinas)->json->{invitations}[0]{invite_code}, $other, 'which the list calls expired';
	my $taken = $site->json($path, {}, %$dinas)->json->{invitation}{invite_code};
	$site->sql('select core.invitation_accept(?, ?)', $taken, $rita);
	error_is($gone->($dinas, $taken), 409, 'invitation_settled', 'nor an accepted one');
};

done_testing;
