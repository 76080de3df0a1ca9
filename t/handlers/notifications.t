# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use Gatehouse::People;
use Mojo::Util 'encode';

my $site = Gatehouse->site(handlers => [qw(notifications)]);
my $path = '/api/notifications';
my %key  = $site->bearer($site->key);
my ($dina, $doug, $rita) = (person($site, 'dina', 'driver'), person($site, 'doug', 'driver'), person($site, 'rita', 'recipient'));
my ($dinas, $dougs, $ritas) = map { { $site->bearer($site->jwt(sub => $_)) } } $dina, $doug, $rita;
$site->sql('update notification_limits set per_hour = 1000');

# Somebody who accepted an invitation of that driver, at Telegram under that number.
sub recipient ($driver, $number) {
	my $code = $site->value(q{select invite_code from core.invitations_create(?, 'recipient', null, 1, null, null, null)}, $driver);
	$site->sql('select accept_invitation(?, ?)', $code, encode_json({ telegram_id => $number, first_name => "No $number" }));
	return $site->value(q{select user_id from identities where subject = ?}, $number);
}
sub outbox { $site->value(q{select count(*) from outbox where kind = 'telegram_message'}) }
sub settle ($number, $id, %is) {
	$site->sql(qq{update outbox set outcome = ?, last_error = ?, $is{as} = core.now() where payload->>'chat_id' = ? and dedupe_key like ?},
		$is{outcome}, $is{error}, $number, "notification:$id:%");
}
my %user = map { $_ => recipient($dina, $_) } 101 .. 106;
recipient($dina, 101);
recipient($doug, 201);

keeps_contract($site, 'notifications', $site->json_request($path, { user_id => $dina, text => 'hello', idempotency_key => 'c' }, %key,
	Origin => $site->conf->{PUBLIC_URL}));

subtest 'one message per recipient' => sub {
	my $before = outbox();
	my $got = $site->json($path, { text => "Дорога открыта\n🚚", link => 'https://maps.example/x?y=1' }, %$dinas)->json->{notification};
	is outbox() - $before, 6, 'each recipient once, however many invitations they accepted';
	is_deeply [@$got{qw(recipients missed)}, $got->{states}{queued}], [6, 0, 6], 'all on their way';
	my ($row) = $site->sql(q{select payload from outbox order by id desc limit 1});
	my $payload = decode_json(encode 'UTF-8', $row->{payload});
	is_deeply [@$payload{qw(template data buttons)}], ['notification', { name => 'dina', text => "Дорога открыта\n🚚" }, [[{ text => 'maps.example', url => 'https://maps.example/x?y=1' }]]],
	    'the text as written, who wrote it, the link as a button';
	is $site->value(q{select count(*) from outbox where payload->>'chat_id' = '201'}), 0, "nobody else's recipients";
	is $site->value(q{select count(*) from audit_log where action = 'notification.send' and actor_user = ?}, $dina), 1, 'written down';
};

subtest 'what becomes of each' => sub {
	my $id = $site->json($path, { text => 'states' }, %$dinas)->json->{notification}{id};
	settle(101, $id, as => 'done_at', outcome => 'sent');
	settle(102, $id, as => 'done_at', outcome => 'blocked', error => '403 Forbidden: bot was blocked by the user');
	settle(103, $id, as => 'done_at', outcome => 'blocked', error => "403 Forbidden: bot can't initiate conversation with a user");
	settle(104, $id, as => 'done_at', outcome => 'unknown_chat', error => '400 Bad Request: chat not found');
	settle(105, $id, as => 'dead_at', outcome => 'refused', error => '400 Bad Request: message is too long');
	my $one = $site->get("$path?id=$id", %$dinas)->json->{notification};
	is_deeply $one->{states}, { sent => 1, blocked => 1, never_started => 2, failed => 1, queued => 1, unreachable => 0 }, 'counted';
	is $one->{missed}, 4, 'four cannot arrive';
	my %state = map { $_->{user_id} => $_ } @{ $one->{deliveries} };
	is_deeply [map { $state{ $user{$_} }{state} } 101 .. 106], [qw(sent blocked never_started never_started failed queued)], 'each by name';
	is $state{ $user{105} }{reason}, '400 Bad Request: message is too long', 'with the reason';
	is $state{ $user{101} }{reason}, undef, 'none where it arrived';
	is $one->{deliveries}[0]{state}, 'failed', 'what went wrong first';
	my $tag = $site->get($path, %$dinas)->headers->etag;
	is $site->get($path, %$dinas, 'If-None-Match' => $tag)->code, 304, 'unchanged: 304';
	settle(106, $id, as => 'done_at', outcome => 'sent');
	is $site->get($path, %$dinas, 'If-None-Match' => $tag)->code, 200, 'one more arrived: all of it';
};

subtest 'who is told' => sub {
	$site->sql('select core.role_revoke(?::uuid, $$recipient$$)', $user{106});
	is $site->json($path, { text => 'less' }, %$dinas)->json->{notification}{recipients}, 5, 'not who lost the role';
	my $code = $site->value(q{select invite_code from core.invitations_create(?, 'recipient', null, 1, null, null, null)}, $dina);
	$site->sql('select core.invitation_accept(?, ?)', $code, person($site, 'nophone'));
	my $got = $site->json($path, { text => 'more' }, %$dinas)->json->{notification};
	is_deeply [@$got{qw(recipients missed)}, $got->{states}{unreachable}], [6, 1, 1], 'who is not at Telegram is named';
	error_is($site->json($path, { text => 'x' }, $site->bearer($site->jwt(sub => person($site, 'lone', 'driver')))), 409, 'no_recipients', 'nobody at all');
	is $site->value(q{select count(*) from notifications where text = 'x'}), 0, '... leaves nothing behind';
};

subtest 'once' => sub {
	my %once = (text => 'once', idempotency_key => 'k');
	my @got = $site->together(map { [$site->json_request($path, \%once, %$dinas)] } 1 .. 8);
	is scalar(grep { $_->code == 200 } @got), 8, 'eight at once, all answered';
	is $site->value(q{select count(*) from notifications where text = 'once'}), 1, 'sent once';
	error_is($site->json($path, { %once, text => 'other' }, %$dinas), 409, 'idempotency_conflict', 'another text');
};

subtest 'what is refused' => sub {
	my $before = outbox();
	error_is($site->json($path, { text => 'x' }, %$ritas), 403, 'forbidden', 'a recipient sends nothing');
	error_is($site->json($path, { text => 'x', user_id => $doug }, %$dinas), 403, 'forbidden', "nor a driver to another's");
	error_is($site->json($path, { text => 'x' }, %key), 422, 'invalid_field', 'a key says for whom', field => 'user_id');
	error_is($site->json($path, {}, %$dinas), 422, 'invalid_field', 'no text', field => 'text');
	error_is($site->json($path, { text => " \n " }, %$dinas), 422, 'invalid_field', 'a blank text', field => 'text');
	error_is($site->json($path, { text => 'x' x 4001 }, %$dinas), 422, 'invalid_field', 'a long text', field => 'text');
	error_is($site->json($path, { text => '🚚' x 2001 }, %$dinas), 422, 'invalid_field', 'as Telegram counts', field => 'text');
	error_is($site->json($path, { text => 'x', link => 'javascript:alert(1)' }, %$dinas), 422, 'invalid_field', 'no link', field => 'link');
	error_is($site->get("$path?id=x", %$dinas), 404, 'unknown_notification', 'no such notification');
	my $id = $site->value('select id from notifications where sender_id = ? limit 1', $dina);
	error_is($site->get("$path?id=$id", %$dougs), 404, 'unknown_notification', "nor somebody else's");
	is outbox(), $before, 'nothing was sent';
	is $site->json($path, { text => '🚚' x 2000 }, %$dinas)->code, 200, 'the longest text there is';
};

subtest 'limits and cost' => sub {
	$site->sql('update notification_limits set per_hour = 3');
	$site->sql('delete from notification_usage');
	my @got = $site->together(map { [$site->json_request($path, { text => "burst $_" }, %$dinas)] } 1 .. 12);
	is scalar(grep { $_->code == 200 } @got), 3, 'of twelve at once three go through';
	error_is((grep { $_->code != 200 } @got)[0], 429, 'too_many_requests', 'the others are told', limit => 3, per => 'hour');
	is $site->value(q{select count(*) from notifications where text like 'burst%'}), 3, 'and leave nothing';
	is $site->json($path, { text => 'mine' }, %$dougs)->code, 200, 'each sender has their own';
	$site->clock_move('1 hour');
	%$dinas = $site->bearer($site->jwt(sub => $dina, exp => time + 90000));
	is $site->json($path, { text => 'later' }, %$dinas)->code, 200, 'and another hour another';
	$site->sql(q{insert into agent_pricing (agent, credits) values ('notification', 1)});
	my $before = outbox();
	error_is($site->json($path, { text => 'dear' }, %$dinas), 402, 'insufficient_credits', 'six recipients cost six of five credits', required => 6);
	is outbox(), $before, 'nothing was sent';
	$site->sql(q{select core.credits_grant(?::uuid, 'bonus', 10, 'gift', core.now())}, $dina);
	is $site->json($path, { text => 'dear' }, %$dinas)->code, 200, 'paid for';
	is $site->value('select balance from credits where user_id = ?', $dina), 9, 'per recipient';
};

is $site->value('select sum(faults) from core.verify()'), 0, 'verify finds no fault';

done_testing;
