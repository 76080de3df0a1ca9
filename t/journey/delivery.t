# SPDX-License-Identifier: MIT
# From "send" to the recipients' chats: drivers write, gh-outbox sends, the sandbox is
# Telegram.  Somebody reads it, somebody has blocked the bot, somebody never started it.
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::People;
use Mojo::URL;
use utf8;

my $site = Gatehouse->site(sandbox => 1, workers => ['outbox']);

sub control (%do) { $site->json('/sandbox/telegram/control', \%do)->json->{result} }
sub at_telegram ($name, $language = 'en') { control(action => 'person', first_name => $name, language_code => $language)->{id} }
# A driver with that name at Telegram, and an invitation of theirs.
sub driver ($external, $name, $language) {
	my ($user, $number) = (person($site, $external, 'driver'), at_telegram($name, $language));
	$site->sql(q{select core.identity_sign_in('telegram', ?, ?, ?)}, $number, encode_json({ first_name => $name, language => $language }), $user);
	control(action => 'say', person => $number, text => '/start');
	return ($user, $number);
}
sub invited ($driver) { $site->value(q{select invite_code from core.invitations_create(?, 'recipient', null, 1, null, null, null)}, $driver) }
# Signs in at Telegram from the invitation's page, as that person.
sub accepts ($number, $code) {
	my $out  = $site->form('/auth/telegram', { invite => $code, next => "/invite/$code" });
	my ($cookie) = $out->headers->set_cookie =~ /^([^;]+)/;
	my $back = $site->form('/sandbox/telegram-oidc/auth', { %{ Mojo::URL->new($out->headers->location)->query->to_hash }, person => $number });
	return $site->get(Mojo::URL->new($back->headers->location)->path_query, Cookie => $cookie);
}
# The texts of the bot in somebody's chat.
sub chat ($number) { [map { $_->{text} } grep { $_->{from}{is_bot} } @{ $site->get("/sandbox/telegram/control/messages?chat=$number")->json->{messages} }] }
sub sent ($driver, $id) { $site->get("/api/notifications?id=$id", $site->bearer($site->jwt(sub => $driver)))->json->{notification} }
# Writes from the page, as that driver; waits until nothing is on its way.
sub writes ($driver, $text) {
	my $res = $site->form('/notifications', { text => $text }, $site->session_of($driver));
	my ($id) = ($res->headers->location // '') =~ /id=([0-9a-f-]{36})$/ or die $res->body;
	poll(sub { sent($driver, $id)->{states}{queued} == 0 });
	return $id;
}

my ($dina, $dinas) = driver('dina', 'Dina Driver', 'ru');
my ($doug, $dougs) = driver('doug', 'Doug <D&D>', 'es');
my ($rita, $ben, $nils) = map { at_telegram($_) } qw(Rita Ben Nils);

subtest 'three accept' => sub {
	control(action => 'say', person => $_, text => '/start') for $rita, $ben;
	is accepts($_, invited($dina))->code, 303, 'by signing in with Telegram' for $rita, $ben;
	is accepts($rita, invited($doug))->code, 303, 'one of them a second driver';
	$site->sql('select accept_invitation(?, ?)', invited($dina), encode_json({ telegram_id => $nils, first_name => 'Nils' }));
	is $site->value(q{select count(*) from invitations where status = 'accepted'}), 4, 'the last by another front end';
	control(action => 'block', person => $ben);
};

subtest 'who invited is told' => sub {
	ok poll(sub { @{ chat($dinas) } == 3 }), 'of each who accepted';
	is_deeply [sort @{ chat($dinas) }], [map { "✅ Ваше приглашение принято: $_" } qw(Ben Nils Rita)], 'by name, in their language';
	accepts($rita, $site->value('select invite_code from invitations where inviter_id = ?', $doug));
	ok poll(sub { @{ chat($dougs) } }), 'each of their own';
	is_deeply chat($dougs), ['✅ Su invitación fue aceptada: Rita'], 'once, however often the link is opened';
	my $lone = person($site, 'lone', 'driver');
	accepts($ben, invited($lone));
	is $site->value(q{select status from invitations where inviter_id = ?}, $lone), 'accepted', 'who is not at Telegram sees it on the page';
	is $site->value(q{select count(*) from outbox where dedupe_key like 'invitation_accepted:%'}), 4, '... and no message is left';
};

my $text = "The <road> is open & dry.\nCall \"me\" 🚚";
my $id = writes($dina, $text);

subtest 'what the driver sees' => sub {
	my %state = map { $_->{name} => $_ } @{ sent($dina, $id)->{deliveries} };
	is_deeply { map { $_ => $state{$_}{state} } keys %state }, { Rita => 'sent', Ben => 'blocked', Nils => 'never_started' }, 'by the API';
	like $state{Ben}{reason}, qr/^403 .*blocked/, 'with what Telegram said';
	my $dom = $site->get("/notifications?id=$id", $site->session_of($dina))->dom;
	like $dom->at('#show .receipt')->all_text, qr/Ben\s*has blocked the bot.*Nils\s*has not started the bot.*Rita\s*sent/s, 'and on the page';
	like $dom->at("[data-key='$id'] .legend")->all_text, qr/1 sent\s*2 did not arrive/, '... in sum';
};

subtest 'what the recipients see' => sub {
	is_deeply chat($rita), ["Dina Driver\n\n$text"], 'who wrote, and the text as written, once';
	is_deeply chat($_), [], 'the others nothing' for $ben, $nils;
	my @calls = grep { $_->{params}{text} =~ /road/ } @{ $site->get('/sandbox/telegram/control/calls?method=sendMessage')->json->{calls} };
	is_deeply [sort map { 0 + $_->{params}{chat_id} } @calls], [sort $rita, $ben, $nils], 'each was tried once';
	like $site->get("/sandbox/telegram/chat/$rita?as=$rita")->dom->at('li.theirs .text')->all_text, qr/Dina Driver\s*The <road> is open & dry\./,
	    'and so it stands in the chat';
};

subtest 'who has two drivers knows who wrote' => sub {
	writes($doug, 'Me, too.');
	is chat($rita)->[-1], "Doug <D&D>\n\nMe, too.", 'by the name';
	is_deeply chat($ben), [], 'only the own recipients';
	my $longest = 'я' x 4000;
	writes($dina, $longest);
	ok chat($rita)->[-1] eq "Dina Driver\n\n$longest", 'the longest text arrives whole';
};

subtest 'who comes back' => sub {
	control(action => $_->[0], person => $_->[1], text => '/start') for ['unblock', $ben], ['say', $nils];
	is_deeply sent($dina, writes($dina, 'again'))->{states}, { sent => 3, map { $_ => 0 } qw(queued blocked never_started failed unreachable) }, 'is reached again';
};

is $site->value('select sum(faults) from core.verify()'), 0, 'verify finds no fault';

done_testing;
