# SPDX-License-Identifier: MIT
# gh-outbox: what is in the outbox reaches the far side, whatever that answers.

use FindBin;

use Digest::SHA 'hmac_sha256_hex';
use Gatehouse;
use Gatehouse::Sink;
use Mojo::JSON 'to_json';

my $secret = 'notice-secret-of-the-test-00000000';
my $token  = '4242:bot-token';
my $sink   = Gatehouse::Sink->start;
my $site   = Gatehouse->site(handlers => [], workers => ['outbox'], conf => {
	NOTICE_URL => $sink->url, NOTICE_SECRET => $secret, TELEGRAM_BOT_TOKEN => $token, TELEGRAM_API_BASE => $sink->url('/telegram'),
	STRIPE_API_BASE => $sink->url('/stripe'),
});

sub add ($kind, %payload) { $site->value('select core.outbox_add(?, ?::jsonb, null)', $kind, to_json(\%payload)) }
sub row ($id) {
	($site->sql('select *, extract(epoch from due_at - core.now()) as pause from outbox where id = ?', $id))[0];
}
sub message ($chat, %more) { add('telegram_message', chat_id => "$chat", text => 'hello', %more) }
# Waits until the message is recorded, whatever became of it; its row.
sub settled ($id) {
	return $sink->until(sub { my $row = row($id); $row->{claims} && !defined $row->{leased_until} ? $row : undef });
}
sub outcome ($id) { settled($id); $sink->until(sub { defined row($id)->{outcome} }); row($id)->{outcome} }
sub channel ($name) {
	($site->sql(q{select *, extract(epoch from nullif(free_at, '-infinity') - core.now()) as pause from outbox_channels where channel = ?}, $name))[0];
}

subtest 'a notice' => sub {
	my $id = add('low_balance', balance => 3, who => 'Änn');
	is outcome($id), 'sent', 'is sent as soon as it is there';
	my ($req) = $sink->take;
	my ($t, $v1) = $req->headers->header('Gatehouse-Signature') =~ /^t=(\d+),v1=([0-9a-f]{64})$/;
	is $v1, hmac_sha256_hex("$t." . $req->body, $secret), 'signed over time and body';
	ok abs($t - time) < 60, 'as of now';
	is_deeply [$req->method, @{ $req->json }{qw(id kind data)}], ['POST', "$id", 'low_balance', { balance => 3, who => 'Änn' }], 'with its data';
	is $req->headers->header('Idempotency-Key'), $id, 'and its id as key';
	ok row($id)->{done_at}, 'it is done';
};

subtest 'an answer of 500, then 200' => sub {
	$sink->once(Gatehouse::Sink::says(500));
	my $row = settled(my $id = add('low_balance'));
	is_deeply [@$row{qw(attempts last_error outcome)}], [1, 'HTTP 500', undef], 'it waits';
	ok $row->{pause} <= 10, 'ten seconds at most' or diag $row->{pause};
	$site->clock_move('11 seconds');
	is outcome($id), 'sent', 'then it is sent';
	my @got = $sink->take;
	is $got[0]->body, $got[1]->body, 'with the same body';
	is row($id)->{last_error}, undef, 'and nothing left of the error';
};

subtest 'pauses double and are random' => sub {
	my %pauses;
	for my $attempt (1, 4, 40) {
		$pauses{$attempt} = [map { $_->{pause} } $site->sql(q{
			with r as (insert into outbox (kind, channel, attempts, claims, due_at) select 'low_balance', 'notice', $1, 1, 'infinity'
				from generate_series(1, 200) returning id)
			select * from r} =~ s/\$1/$attempt/r)];
		$site->sql(q{select api.outbox_record(jsonb_agg(jsonb_build_object('id', id, 'claim', 1, 'fate', 'again'))) from outbox where due_at = 'infinity'});
		my @s = sort { $a <=> $b } map { $_->{s} } $site->sql(q{select extract(epoch from due_at - core.now()) as s from outbox
			where claims = 1 and done_at is null and attempts = ?}, $attempt);
		my $cap = $attempt == 1 ? 10 : $attempt == 4 ? 80 : 3600;
		ok $s[-1] <= $cap, "after attempt $attempt $cap s at most" or diag $s[-1];
		ok $s[100] > $cap / 4 && $s[100] < $cap * 3 / 4 && $s[10] < $cap / 4, 'from all between nothing and that' or diag "@s[10, 100]";
		$site->sql('delete from outbox where claims = 1 and done_at is null and attempts = ?', $attempt);
	}
};

subtest 'the last attempt' => sub {
	$site->sql(q{update outbox_kinds set max_attempts = 2 where kind = 'low_balance'});
	my $never = Gatehouse::Sink->can('says')->(503);
	$sink->answer($never);
	settled(my $id = add('low_balance'));
	is row($id)->{dead_at}, undef, 'not after the first';
	$site->clock_move('11 seconds');
	is outcome($id), 'given_up', 'it is given up';
	ok row($id)->{dead_at}, 'and stays as a dead letter';
	$sink->answer(\&Gatehouse::Sink::fine);
	my ($status, $out) = $site->cli('outbox', 'list', 'dead');
	like $out, qr/^$id\s+low_balance\s+dead .* 2 attempts .*HTTP 503$/m, 'that the operator sees';
	is_deeply [$site->cli('outbox', 'retry', $id)], [0, "1 messages will be sent again\n"], 'and has sent again';
	is outcome($id), 'sent', '... and it is';
	is(($site->cli('outbox', 'retry', $id))[0], 1, 'what is not dead is not sent again');
	is $site->value(q{select count(*) from audit_log where action = 'outbox.retry'}), 1, 'the retry is in the audit log';
	$site->sql(q{update outbox_kinds set max_attempts = 100 where kind = 'low_balance'});
};

subtest 'credentials that are refused' => sub {
	$sink->answer(Gatehouse::Sink::says(401));
	my $id = add('low_balance');
	ok $sink->until(sub { channel('notice')->{halted_at} }), 'halt the channel';
	my @more = map { add('low_balance') } 1 .. 3;
	$sink->take;
	is outcome(message(1)), 'blocked', 'no other channel' if $sink->answer(Gatehouse::Sink::says(403));
	$sink->answer(\&Gatehouse::Sink::fine);
	like +($site->cli('outbox', 'list'))[1], qr/^notice\s+halted\s+4 pending .* answers 401$/m, 'the operator sees why';
	is row($id)->{attempts}, 0, 'the message is not to blame';
	is_deeply [$site->cli('outbox', 'resume', 'notice')], [0, "notice goes on\n"], 'the operator goes on';
	is outcome($_), 'sent', 'nothing is lost' for $id, @more;
	is(($site->cli('outbox', 'resume', 'notice'))[0], 1, 'there is nothing more to resume');
	# as a worker with other settings does
	$site->sql(q{update outbox_channels set halted_at = now(), halted_reason = 'x', settings = 'others' where channel = 'notice'});
	$site->kill_handler('outbox', 'TERM');
	is outcome(add('low_balance')), 'sent', 'other settings go on by themselves';
};

subtest 'too many' => sub {
	$sink->take;
	$sink->once(Gatehouse::Sink::says(429, {}, 'Retry-After' => 120));
	my $row = settled(my $id = add('low_balance'));
	my $pause = channel('notice')->{pause};
	ok $pause > 100 && $pause <= 120, 'the channel waits as long as it was asked to' or diag $pause;
	is $row->{attempts}, 0, 'the message is not to blame';
	my $second = add('low_balance');
	$site->clock_move('60 seconds');
	is outcome(message(2)), 'sent', 'other channels go on';
	is row($second)->{claims}, 0, 'nothing is sent before';
	$site->clock_move('61 seconds');
	is outcome($_), 'sent', 'then all is sent' for $id, $second;
	$sink->take;
};

subtest 'a Telegram message' => sub {
	is outcome(message('77', text => 'a < b', buttons => [[{ text => 'go', url => 'https://x.example/' }, { text => 'no', callback_data => 'n:1' }]])), 'sent', 'is sent';
	my ($req) = $sink->take;
	is $req->url->path, "/telegram/bot$token/sendMessage", 'by its method';
	my $sent = $req->json;
	is_deeply [@$sent{qw(chat_id text parse_mode)}], ['77', 'a < b', undef], 'free text as it is';
	is_deeply $sent->{reply_markup}, { inline_keyboard => [[{ text => 'go', url => 'https://x.example/' }, { text => 'no', callback_data => 'n:1' }]] }, 'with its buttons';
	is outcome(add('telegram_call', method => 'answerCallbackQuery', params => { callback_query_id => '5' })), 'sent', 'any call';
	($req) = $sink->take;
	is_deeply [$req->url->path->to_string, $req->json], ["/telegram/bot$token/answerCallbackQuery", { callback_query_id => '5' }], 'with its parameters';
	my %refused = (
		blocked => [403, 'Forbidden: bot was blocked by the user'], unknown_chat => [400, 'Bad Request: chat not found'],
		refused => [400, 'Bad Request: message text is empty'],
	);
	my $chat = 1000;
	for my $outcome (sort keys %refused) {
		my ($status, $text) = @{ $refused{$outcome} };
		$sink->once(Gatehouse::Sink::says($status, { ok => \0, error_code => $status, description => $text }));
		my $id = message(++$chat);
		is outcome($id), $outcome, "$text: $outcome";
		is row($id)->{last_error}, "$status $text", '... with the reason';
		is !!row($id)->{dead_at}, $outcome eq 'refused', '... dead only when it is our mistake';
	}
	$sink->take;
	for my $bad ({ chat_id => '5' }, { text => 'x' }, { chat_id => '5', template => 'no-such-page' }, { chat_id => '5', text => 'x', buttons => [[{}]] }) {
		is outcome(add('telegram_message', %$bad)), 'refused', 'a message that cannot be made is refused';
	}
	is outcome(add('telegram_call', method => '../x')), 'refused', 'a call that is none, too';
	is scalar(@{ $sink->got }), 0, 'without asking anybody';
};

subtest 'a chat that moved, a group that is full, a bot that is too fast' => sub {
	$sink->once(Gatehouse::Sink::says(400, { ok => \0, description => 'group chat was upgraded', parameters => { migrate_to_chat_id => -100123456789012 } }));
	my $id = message(-55);
	is outcome($id), 'sent', 'is followed';
	is_deeply [map { $_->json->{chat_id} } $sink->take], ['-55', '-100123456789012'], '... to where it moved';
	$sink->once(Gatehouse::Sink::says(429, { ok => \0, parameters => { retry_after => 40 } }));
	settled($id = message(-66));
	my $other = message(-67);
	is outcome($other), 'sent', 'a group that is full delays no other chat';
	my $second = message(-66);
	ok $sink->until(sub { row($second)->{due_at} gt row($second)->{created_at} }), 'its next message gets a place';
	$site->clock_move('42 seconds');
	is outcome($id), 'sent', 'it goes on in time';
	is outcome($second), 'sent', 'both do' if $site->clock_move('2 seconds');
	$sink->once(Gatehouse::Sink::says(429, { ok => \0, parameters => { retry_after => 30 } }));
	settled($id = message(66));
	ok channel('telegram')->{pause} > 20, 'a private chat that is told to wait: the bot is too fast, all wait';
	$site->clock_move('31 seconds');
	is outcome($id), 'sent', 'and then go on';
	$sink->once(Gatehouse::Sink::says(404, { ok => \0, description => 'Not Found' }));
	$id = message(5);
	ok $sink->until(sub { channel('telegram')->{halted_at} }), 'a bot that Telegram does not know is halted';
	$site->cli('outbox', 'resume', 'telegram');
	is outcome($id), 'sent', 'until the operator goes on';
	$sink->take;
};

subtest 'Stripe' => sub {
	$site->sql(q{create table told (id bigint, status int, body jsonb); alter table told owner to gatehouse});
	$site->sql(q{create function core.told(bigint, int, jsonb) returns void language sql as 'insert into told values ($1, $2, $3)'});
	$site->sql(q{insert into outbox_kinds (kind, channel, guarantee, apply) values ('stripe_try', 'stripe', 'once_by_key', 'told')});
	$sink->answer(Gatehouse::Sink::says(200, { data => [1] }));
	my $get = add('stripe_try', method => 'GET', path => '/v1/checkout/sessions/cs_1/line_items', params => { limit => '100' });
	is outcome($get), 'sent', 'a call is made';
	my ($req) = $sink->take;
	is $req->method . ' ' . $req->url->path_query, 'GET /stripe/v1/checkout/sessions/cs_1/line_items?limit=100', 'as declared';
	is_deeply [$site->sql('select * from told')], [{ id => $get, status => 200, body => '{"data": [1]}' }], 'and its answer handed on';
	my $post = add('stripe_try', method => 'POST', path => '/v1/refunds', params => { charge => 'ch_1', 'metadata[a]' => 'ü' });
	$sink->once(Gatehouse::Sink::says(409));
	settled($post);
	$site->clock_move('11 seconds');
	is outcome($post), 'sent', 'another is';
	my @keys = map { $_->headers->header('Idempotency-Key') } my @posts = $sink->take;
	is_deeply \@keys, [("outbox-$post") x 2], 'under one key at every attempt';
	is $posts[0]->body, 'charge=ch_1&metadata[a]=%C3%BC', 'as a form';
	$sink->answer(Gatehouse::Sink::says(404, { error => { code => 'resource_missing' } }));
	is outcome(my $gone = add('stripe_try', method => 'GET', path => '/v1/x')), 'refused', 'what Stripe refuses is dead';
	is $site->value('select status from told where id = ?', $gone), 404, 'and the database is told';
	is outcome(add('stripe_try', method => 'DELETE', path => '/v1/y')), 'refused', 'no other method';
	is outcome(add('stripe_try', method => 'GET', path => '/v1/../y')), 'refused', 'no other path';
	is_deeply [map { $_->{status} } $site->sql('select status from told order by id desc limit 2')], [0, 0], 'and that, too, is told';
	$sink->answer(Gatehouse::Sink::says(200, { data => [1] }));
	$site->sql('drop function core.told');
	settled(my $id = add('stripe_try', method => 'GET', path => '/v1/y'));
	like row($id)->{last_error}, qr/^told: .*does not exist/, 'an answer that cannot be applied is asked for again';
	is $site->value('select count(*) from outbox where id > ? and done_at is null and claims > 0', $id), 0, 'alone';
	$sink->answer(\&Gatehouse::Sink::fine);
	$sink->take;
};

subtest 'kinds' => sub {
	my $id = add('work_of_tomorrow', chat_id => '9', text => 'x');
	is row($id)->{channel}, undef, 'work nobody knows waits';
	$site->sql(q{insert into outbox_kinds (kind, channel, destination) values ('work_of_tomorrow', 'telegram', '{chat_id}')});
	is_deeply [@{ row($id) }{qw(channel destination)}], ['telegram', '9'], 'until a kind is added';
	like $site->log('outbox'), qr/"message":"recorded \{/, 'the log says what was done';
	unlike $site->log('outbox'), qr/\Q$token\E|\Q$secret\E|sk_test/, 'and no secret';
};

done_testing;
