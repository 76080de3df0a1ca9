# SPDX-License-Identifier: MIT
# An invitation in real browsers: made, opened, accepted, seen by the inviter and by
# the admin; see t/node/journey/invitations.mjs.  GATEHOUSE_SHOTS names a directory
# that keeps the screenshots.
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::People;
use Gatehouse::Walk;

my $site = Gatehouse->site(sandbox => 1);
# Somebody at the sandbox's Telegram; their number there.
sub at_telegram ($first, $last) {
	return $site->json('/sandbox/telegram/control', { action => 'person', first_name => $first, last_name => $last,
		username => lc "${first}_$last", language_code => 'en' })->json->{result}{id};
}
my ($driver, $recipient) = (at_telegram(qw(Dina Driver)), at_telegram(qw(Rita Roe)));
my $admin = person($site, 'adam', 'admin');
$site->sql(q{select core.identity_sign_in('telegram', ?, '{"first_name":"Dina","last_name":"Driver"}', ?)}, $driver, person($site, 'dina'));
is_deeply [$site->cli('role', 'grant', $driver, 'driver')], [0, "$driver is now driver\n"], 'the operator makes a driver';
$site->sql(q{select core.invitations_create(core.person_find('dina'), 'recipient', null, 45, null, 'earlier', null)});
my ($status, $link) = $site->cli('login', 'link', $admin);
is $status, 0, 'and a link for the admin' or diag $link;
chomp $link;

subtest 'in Chromium' => sub { walk('invitations.mjs', $site->conf->{PUBLIC_URL}, shots($site), $link, 'Dina Driver', 'Rita Roe') };

subtest 'what the database says of it' => sub {
	is roles_of($site, $site->value('select core.person_find(?)', $recipient)), 'recipient', 'the role is held';
	is $site->value(q{select count(*) from invitations where status = 'accepted'}), 1, 'one invitation was accepted';
	is $site->value(q{select payload->>'chat_id' from outbox where kind = 'telegram_message' and payload->'data'->>'text' = 'The road is open again.'}),
	    $recipient, 'the message waits for the worker';
	is $site->value('select sum(faults) from core.verify()'), 0, 'verify finds no fault';
};

done_testing;
