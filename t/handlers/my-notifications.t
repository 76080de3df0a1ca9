# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use Gatehouse::People;

my $site = Gatehouse->site(handlers => [qw(my-notifications)]);
my $path = '/notifications';
my $dina = person($site, 'dina', 'driver');
my %dina = $site->session_of($dina);

keeps_contract($site, 'my-notifications', GET => $path, {%dina});

subtest 'nobody to write to' => sub {
	my $dom = $site->get($path, %dina)->dom;
	is $dom->at('textarea'), undef, 'no form';
	is $dom->at('main a.primary')->{href}, '/invitations', 'but the way to invite somebody';
	page_error_is($site->form($path, { text => 'x' }, %dina), 409, 'and nothing to send');
};

subtest 'writing' => sub {
	for my $number (1 .. 3) {
		my $code = $site->value(q{select invite_code from core.invitations_create(?, 'recipient', null, 1, null, null, null)}, $dina);
		$site->sql('select accept_invitation(?, ?)', $code, encode_json({ telegram_id => $number, first_name => "Rob $number" }));
	}
	my $form = $site->get($path, %dina)->dom->at('form.write');
	like $form->at('button')->text, qr/^Send to 3 people$/, 'it says to how many';
	unlike $form->all_text, qr/not at Telegram/, 'all of whom it can reach';
	my %fields = (text => '<b>Hello</b>', link => '', idempotency_key => $form->at('input[name=idempotency_key]')->{value});
	my $res = $site->form($path, \%fields, %dina);
	my ($id) = $res->headers->location =~ m{^/notifications\?id=([0-9a-f-]{36})$};
	is $res->code, 303, 'sent';
	is $site->form($path, \%fields, %dina)->headers->location, $res->headers->location, 'pressed twice it is sent once';
	my $dom = $site->get($path, %dina)->dom;
	is $dom->at("[data-key='$id'] .said")->text, '<b>Hello</b>', 'in the history, as written';
	like $dom->at("[data-key='$id'] .legend")->all_text, qr/0 sent\s*3 on their way/, 'how far it is';
	is $dom->at('#notifications')->{'data-refresh'}, 3, 'the page looks again soon';
	$site->sql(q{update outbox set done_at = core.now(), outcome = 'sent' where payload->>'chat_id' <> '3'});
	$site->sql(q{update outbox set done_at = core.now(), outcome = 'blocked', last_error = '403 Forbidden: bot was blocked by the user' where payload->>'chat_id' = '3'});
	$dom = $site->get("$path?id=$id", %dina)->dom;
	like $dom->at("[data-key='$id'] .legend")->all_text, qr/2 sent\s*1 did not arrive/, 'to the end';
	is_deeply [map { $_->{width} . ' ' . ($_->{x} // 0) } $dom->find("[data-key='$id'] svg rect")->each], ['2 0', '1 2'], 'drawn';
	is $dom->at('#notifications')->{'data-refresh'}, 30, 'then it has time';
	like $dom->at('#show .receipt div')->all_text, qr/Rob 3\s*has blocked the bot.*403 Forbidden/s, 'who did not get it, and why';
};

subtest 'who' => sub {
	my %rita = $site->session_of(person($site, 'rita', 'recipient'));
	like $site->get($path, %rita)->dom->at('.notice')->all_text, qr/Drivers and admins write/, 'a recipient sees why not';
	page_error_is($site->form($path, { text => 'x' }, %rita), 403, 'and sends nothing');
	my $id = $site->value('select id from notifications limit 1');
	is $site->get("$path?id=$id", %rita)->dom->at('#show'), undef, "nor sees somebody else's";
	page_error_is($site->get("$path?cursor=x", %dina), 422, 'a cursor that is none');
};

subtest 'it keeps itself true cheaply' => sub {
	my $tag = $site->get($path, %dina)->headers->etag;
	is $site->get($path, %dina, 'If-None-Match' => $tag)->code, 304, 'unchanged: 304';
	$site->form($path, { text => "n $_" }, %dina) for 1 .. 21;
	my $dom = $site->get($path, %dina, 'If-None-Match' => $tag)->dom;
	is $dom->find('#notifications > li')->size, 20, 'page by page';
	is $site->get("$path?cursor=" . $dom->at('button[name=cursor]')->{value}, %dina)->dom->find('#notifications > li')->size, 2, 'to the end';
};

done_testing;
