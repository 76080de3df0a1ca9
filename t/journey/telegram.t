# SPDX-License-Identifier: MIT
# Telegram in a real Chromium, with the sandbox as Telegram: signing in, linking, the
# login widget, a chat with the bot; see t/node/journey/telegram.mjs.  GATEHOUSE_SHOTS
# names a directory that keeps the screenshots.
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Walk;

my $site = Gatehouse->site(sandbox => 1, workers => ['outbox']);
my ($status, $out) = $site->cli('telegram', 'set-webhook');
is $status, 0, 'the webhook is set' or diag $out;
like $out, qr{^Telegram sends updates to \Q$site->{conf}{PUBLIC_URL}\E/telegram/webhook$}, 'and says where';
unlike $out, qr/\Q$site->{conf}{TELEGRAM_WEBHOOK_SECRET}/, 'without the secret';
(undef, my $link) = $site->cli('admin', 'create', 'olga');
my ($admin) = $link =~ m{(/login\?token=\S+)} or diag $link;

subtest 'in Chromium' => sub { walk('telegram.mjs', $site->conf->{PUBLIC_URL}, shots($site), $admin) };

subtest 'what the database says of it' => sub {
	is_deeply [map { "$_->{subject} $_->{roles}" } $site->sql(q{select subject, array(select role from user_roles r where r.user_id = i.user_id)::text as roles
		from identities i where kind = 'telegram' order by 1})], ['7000000001 {}', '7000000002 {}', '7000000003 {admin}'], 'three people, one of them the admin';
	is $site->value(q{select count(*) from telegram_updates where outcome = 'applied'}), 2, 'two updates were answered';
	is $site->value(q{select count(*) from outbox where kind = 'telegram_message' and outcome = 'sent'}), 2, 'and sent';
};

subtest 'the command' => sub {
	my ($code, $said) = $site->cli('telegram', 'info');
	is $code, 0, 'tells of the bot';
	is $said, <<~END, 'what Telegram says';
		bot: \@harness_bot (Gatehouse)
		webhook: $site->{conf}{PUBLIC_URL}/telegram/webhook
		updates: ["message","callback_query","my_chat_member"]
		waiting: 0
		END
	$site->json('/sandbox/telegram/control', { action => 'fail', mode => '401', times => 1, match => 'getMe' });
	my ($bad, $why) = $site->cli('telegram', 'info');
	is $bad, 1, 'fails when Telegram refuses the token';
	unlike $why, qr/\Q$site->{conf}{TELEGRAM_BOT_TOKEN}/, 'without telling it';
};

subtest 'the menu of commands' => sub {
	my $menu = sub ($language) { $site->json("/sandbox/telegram/bot$site->{conf}{TELEGRAM_BOT_TOKEN}/getMyCommands", { language_code => $language })->json->{result} };
	is_deeply [map { $_->{command} } @{ $menu->('') }], [qw(start help)], 'has every command of the table';
	is_deeply $menu->('en'), $menu->(''), 'in English for whoever speaks nothing else';
	my %says = map { my $language = $_; ($language => { map { @$_{qw(command description)} } @{ $menu->($language) } }) } qw(en es ru);
	is_deeply [map { $says{$_}{help} } qw(en es ru)], ['this list', 'esta lista', 'этот список'], '... else in their language';
	is $site->value('select count(*) from telegram_commands'), 2, 'and no other';
};

done_testing;
