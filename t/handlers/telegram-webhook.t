# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;

my $site   = Gatehouse->site(handlers => ['telegram-webhook']);
my $path   = '/telegram/webhook';
my $secret = $site->conf->{TELEGRAM_WEBHOOK_SECRET};
my %anna   = (id => 7000000001, is_bot => false, first_name => 'Anna', last_name => 'Petrova', username => 'anna_p', language_code => 'ru');
my $date   = time | 0;
my $next   = 1000;

sub headers (@more) { return { 'Content-Type' => 'application/json', 'X-Telegram-Bot-Api-Secret-Token' => $secret, @more } }
sub deliver ($update) { $site->post($path, headers(), ref $update ? encode_json($update) : $update) }
sub message ($text, %o) {
	my %from = %{ $o{from} // \%anna };
	return { update_id => $o{update_id} // ++$next, message => { message_id => 5, date => $o{date} // $date, from => \%from,
		chat => $o{chat} // { id => $from{id}, type => 'private' }, text => $text } };
}
sub member ($status, %o) {
	return { update_id => $o{update_id} // ++$next, my_chat_member => { chat => { id => $anna{id}, type => 'private' }, from => \%anna,
		date => $o{date} // $date, old_chat_member => {}, new_chat_member => { user => { id => 1 }, status => $status } } };
}
sub replies { $site->sql(q{select payload->>'chat_id' as chat, payload->>'template' as template, payload->>'language' as language,
	payload->'buttons'->0->0->>'url' as url from outbox where kind = 'telegram_message' order by id}) }
sub outcome ($update) { my $res = deliver($update); $res->code == 200 ? $res->json->{outcome} : $res->code }

keeps_contract($site, 'telegram-webhook', POST => $path, headers(), encode_json(message('/help', update_id => 1)));

subtest 'only Telegram comes in' => sub {
	my $body = encode_json(message('/start'));
	error_is($site->post($path, { 'Content-Type' => 'application/json' }, $body), 401, 'unauthorized', 'without the secret');
	error_is($site->post($path, headers('X-Telegram-Bot-Api-Secret-Token' => $_), $body), 401, 'unauthorized', "with '$_'")
	    for 'x', "${secret}x", substr($secret, 0, -1), ' ';
	error_is($site->post($path, headers('X-Telegram-Bot-Api-Secret-Token' => 'x'), '{nonsense'), 401, 'unauthorized', 'before anything is read');
	is $site->value('select count(*) from telegram_updates where update_id > 1'), 0, 'nothing is kept';
	my $shut = Gatehouse->site(handlers => ['telegram-webhook'], conf => { TELEGRAM_WEBHOOK_SECRET => undef });
	error_is($shut->post($path, headers('X-Telegram-Bot-Api-Secret-Token' => ''), $body), 503, 'not_configured', 'a site without secret: shut');
	error_is($shut->post($path, headers(), $body), 503, 'not_configured', 'whatever is shown');
};

subtest 'commands' => sub {
	$site->sql('delete from outbox');
	is outcome(message('/start')), 'applied', '/start';
	is outcome(message('/help')), 'applied', '/help';
	is outcome(message('/HELP@harness_bot more')), 'applied', 'as a group would have it';
	is outcome(message('good morning')), 'applied', 'anything else';
	is outcome(message("/nonsense")), 'applied', 'an unknown command';
	is outcome(message("/start'); drop table users;--")), 'applied', 'a strange one';
	is_deeply [map { $_->{template} } replies()], [qw(start help help unknown unknown unknown)], 'each is answered with its page';
	is_deeply { map { ("$_->{chat} $_->{language}" => 1) } replies() }, { '7000000001 ru' => 1 }, 'there, in the language of their Telegram';
	is((replies())[0]{url}, 'http://gatehouse.test/login', 'a stranger is shown the door');
};

subtest 'deep links' => sub {
	my $driver = $site->value(q{insert into users (external_id) values ('driver') returning id});
	$site->sql(q{insert into user_roles (user_id, role) values (?, 'driver')}, $driver);
	$site->sql(q{insert into invitations (inviter_id, invite_code, role) values (?, 'INV-abc_1', 'recipient')}, $driver);
	$site->sql('delete from outbox');
	is outcome(message('/start INV-abc_1')), 'applied', 'of an invitation';
	is outcome(message('/start something-else')), 'applied', 'of something else';
	is_deeply [map { "$_->{template} $_->{url}" } replies()],
	    ['start-invite http://gatehouse.test/invite/INV-abc_1', 'start http://gatehouse.test/login'], 'lead to their pages';
	is $site->value('select status from invitations'), 'pending', 'and accept nothing';
};

subtest 'languages' => sub {
	$site->sql('delete from outbox');
	my @codes = ('es-MX', 'en', 'ru', 'pt-br', 'RU', 'rus', undef, 'x' x 300);
	deliver(message('/help', from => { %anna, language_code => $_ })) for @codes;
	is_deeply [map { $_->{language} } replies()], [qw(es en ru en ru en en en)], 'those we have, else English';
	my $user = $site->value(q{select core.identity_sign_in('telegram', '7000000001', '{}', null)});
	$site->sql(q{update users set language = 'es' where id = ?}, $user);
	$site->sql('delete from outbox');
	deliver(message('/start'));
	is_deeply [map { "$_->{language} $_->{url}" } replies()], ['es http://gatehouse.test/credits'], 'what they chose on the site counts first';
};

subtest 'the same update again' => sub {
	$site->sql('delete from outbox');
	my $update = message('/help');
	my @res = $site->together(map { [POST => $path, headers(), encode_json($update)] } 1 .. 20);
	is_deeply { map { $_->code => 1 } @res }, { 200 => 1 }, 'twenty at once: all are acknowledged';
	is scalar(grep { $_->json->{outcome} eq 'applied' } @res), 1, 'one is applied';
	is scalar(replies()), 1, 'and answered once';
	is $site->value('select deliveries from telegram_updates where update_id = ?', $update->{update_id}), 20, 'all are counted';
};

subtest 'who blocks the bot' => sub {
	my $blocked = sub { $site->value('select blocked from telegram_chats where telegram_id = ?', $anna{id}) };
	my @all = map { member($_->[0], date => $date + $_->[1], update_id => 5000 + $_->[1]) } ['kicked', 1], ['member', 2], ['kicked', 3];
	deliver($_) for @all;
	is $blocked->(), 1, 'is known to have';
	for my $order ([2, 1, 0], [1, 2, 0], [0, 2, 1, 0, 2]) {
		$site->sql('delete from telegram_updates where update_id > 5000; delete from telegram_chats');
		deliver($all[$_]) for @$order;
		is $blocked->(), 1, "in the order @$order";
	}
	deliver(message('hello', date => $date + 4, update_id => 5010));
	is $blocked->(), 0, 'and who writes again does not';
	deliver($all[2]);
	is $blocked->(), 0, 'whatever comes late';
	is outcome(member('left', date => $date + 9)), 'ignored', 'other states say nothing';
};

subtest 'groups and bots' => sub {
	$site->sql('delete from outbox');
	my $group = { id => -4000000001, type => 'group', title => 'G' };
	is outcome(message('/start@harness_bot', chat => $group)), 'ignored', 'a command in a group';
	is outcome(message('/help', chat => { id => -1001, type => 'supergroup' })), 'ignored', 'or in a large one';
	is outcome(message('/help', chat => { id => -1002, type => 'channel' })), 'ignored', 'or in a channel';
	is outcome(message('/help', from => { %anna, is_bot => true })), 'ignored', 'another bot';
	is scalar(replies()), 0, 'get no answer';
};

subtest 'buttons of another time' => sub {
	$site->sql('delete from outbox');
	is outcome({ update_id => ++$next, callback_query => { id => '4382bfdwdsb323b2d9', from => \%anna, data => 'old',
		message => { chat => { id => $anna{id}, type => 'private' } } } }), 'applied', 'stop waiting';
	is_deeply decode_json($site->value(q{select payload from outbox where kind = 'telegram_call'})),
	    { method => 'answerCallbackQuery', params => { callback_query_id => '4382bfdwdsb323b2d9' } }, 'by an answer';
};

subtest 'what nobody can understand' => sub {
	$site->sql('delete from outbox');
	my $before = $site->value('select count(*) from telegram_updates');
	my $text = encode_json(message('x'));
	my @odd = (
		'', '{', 'null', '[]', '"text"', '42', "\xff\xfe", "{\"update_id\":1\0}", '{"update_id":"7","message":{}}', '{"message":{"text":"/start"}}',
		'{"update_id":-5,"message":{}}', '{"update_id":1e400}', '{"update_id":99999999999999999999999,"message":{"text":"/start"}}',
		'{"update_id":1.5}', '{"update_id":[1]}', '[' x 5000, '{"a":' x 3000, '{"update_id":900001}', '{"update_id":900002,"message":7}',
		'{"update_id":900003,"message":{"text":"/start"}}', '{"update_id":900004,"message":{"from":{"id":"x"},"chat":{"id":1,"type":"private"},"text":"/start"}}',
		'{"update_id":900005,"message":{"from":{"id":1},"chat":{"id":2,"type":"private"},"text":"/start"}}',
		'{"update_id":900006,"message":{"from":{"id":9223372036854775807},"chat":{"id":9223372036854775807,"type":"private"},"text":"/start"}}',
		'{"update_id":900007,"message":{"from":{"id":5},"chat":{"id":5,"type":"private"},"text":{"a":1},"date":"soon"}}',
		'{"update_id":900008,"message":{"from":{"id":5},"chat":{"id":5,"type":"private"},"photo":[],"date":1e300}}',
		'{"update_id":900009,"my_chat_member":{"from":{"id":5},"chat":{"id":5,"type":"private"},"date":99999999999,"new_chat_member":"kicked"}}',
		'{"update_id":900010,"my_chat_member":[]}', '{"update_id":900011,"callback_query":{"from":{"id":5},"message":null}}',
		'{"update_id":900012,"callback_query":{"id":7,"from":{"id":5},"message":{"chat":{"id":5,"type":"private"}}}}',
		'{"update_id":900013,"edited_message":{"text":"/start"}}', '{"update_id":900014,"poll":{"id":"\u0000"}}',
		'{"update_id":900015,"message":{"from":{"id":5,"first_name":["x"],"language_code":{"a":"b"}},"chat":{"id":5,"type":"private"},"text":""}}',
		'{"update_id":900016,"message":{"from":{"id":-5},"chat":{"id":-5,"type":"private"},"text":"/start"}}',
	);
	my %codes = map { $_ => outcome($_) } @odd;
	is_deeply [grep { $codes{$_} !~ /^(?:ignored|applied|duplicate)$/ } sort keys %codes], [], 'is acknowledged' or diag join ' ', map { $codes{$_} } @odd;
	is $codes{$_}, 'ignored', 'ignored: ' . substr $_, 0, 60 for grep { !/900015/ } @odd;
	cmp_ok $site->value('select count(*) from telegram_updates'), '>=', $before + @odd - 1, 'and recorded';
	is_deeply [map { $_->{chat} } replies()], ['5'], 'nobody is answered but who wrote text';
	like $site->log('telegram-webhook'), qr/"status":200/, 'the log says so';
	unlike $site->log('telegram-webhook'), qr/\Q$secret/, 'without the secret';
};

subtest 'long texts' => sub {
	is outcome(message('/start ' . 'x' x 100_000)), 'applied', 'are taken';
	is outcome(message("/start a\nb", from => { %anna, first_name => '<b>' . 'я' x 1000 })), 'applied', 'and long names';
	error_is(deliver('{"a":"' . 'x' x (513 * 1024) . '"}'), 413, 'too_large', 'but not all sizes');
};

done_testing;
