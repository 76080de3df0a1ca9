# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use Gatehouse::People;

my $site = Gatehouse->site(handlers => [qw(my-invitations invitations)]);
my $path = '/invitations';
my $dina = person($site, 'dina', 'driver');
my %dina = $site->session_of($dina);

keeps_contract($site, 'my-invitations', GET => $path, {%dina});

my $code;
subtest 'inviting' => sub {
	my $form = $site->get($path, %dina)->dom->at('form.fields');
	is_deeply [$form->find('select[name=role] option')->map(sub { $_->{value} })->each], [qw(recipient member driver)],
	    'the roles up to one\'s own';
	my %fields = (role => 'recipient', expires_in => '', idempotency_key => $form->at('input[name=idempotency_key]')->{value});
	my $res = $site->form($path, \%fields, %dina);
	($code) = $res->headers->location =~ m{^/invitations\?new=(\w+)$};
	is $res->code, 303, 'the button makes one';
	is $site->form($path, \%fields, %dina)->headers->location, $res->headers->location, 'pressed twice it is one';
	my $new = $site->get("$path?new=$code", %dina)->dom->at('.fresh');
	is $new->at('#new-url')->{value}, $site->conf->{PUBLIC_URL} . "/invite/$code", 'the link';
	is $new->at('#new-code')->{value}, $code, 'the code';
	is $new->find('button[data-copy][hidden]')->size, 2, 'to be copied, where scripts run';
	like $new->at('a[target=_blank]')->{href}, qr{^https://t\.me/share/url\?url=http}, 'to be shared';
	like $new->at('svg.qr path')->{d}, qr/^M0 0h7v1h-7z/, 'as a QR code';
	cmp_ok $new->find('ol li')->size, '>=', 3, 'with what the recipient does';
	is $site->get("$path?new=$code", $site->session_of(person($site, 'doug', 'driver')))->dom->at('.fresh'), undef, "nobody sees somebody else's";
};

subtest 'what became of them' => sub {
	my $card = sub { $site->get($path, %dina)->dom->at("[data-key=$code]") };
	like $card->()->at('.head')->all_text, qr/⏳ Pending/, 'pending';
	$site->sql(q{select accept_invitation(?, '{"telegram_id":1,"first_name":"Rob","last_name":"<Roe>","username":"rob"}')}, $code);
	like $card->()->at('.head')->all_text, qr/✅ Accepted/, 'accepted';
	like $card->()->at('.who')->all_text, qr/Rob <Roe>\s+\@rob/, 'by whom';
	is $card->()->find('time')->size, 2, 'and when';
	is $card->()->at('button'), undef, 'nothing to withdraw';
	my $new = $site->get("$path?new=$code", %dina)->dom;
	is $new->at('#new-url'), undef, 'what was just made is given away no longer';
	like $new->at('#new .notice')->text, qr/$code is no longer waiting/, '... and the page says so';
	is_deeply [$site->get($path, %dina)->dom->find('#statistics dd')->map('text')->each], [1, 0, 1, 0], 'counted';
};

subtest 'many at once' => sub {
	my %doris = $site->session_of(person($site, 'doris', 'driver'));
	my $form  = $site->get($path, %doris)->dom->at('form[action="/api/invitations"]');
	my %fields = map { $_->{name} => $_->{value} } $form->find('input')->each;
	my $res = $site->form('/api/invitations', { %fields, role => 'recipient' }, %doris);
	like $res->headers->content_disposition, qr/^attachment/, 'a table to keep';
	is scalar(split /\r\n/, $res->body), 11, 'of ten and a head';
	page_error_is($site->form('/api/invitations', { %fields, role => 'admin' }, %doris), 403, 'a refusal is a page');
};

subtest 'withdrawing' => sub {
	my ($other) = $site->form($path, { role => 'recipient' }, %dina)->headers->location =~ /(\w+)$/;
	my $details = $site->get($path, %dina)->dom->at("[data-key=$other] details");
	like $details->all_text, qr/cannot be undone/, 'it asks first';
	is $site->form($path, { revoke => $other }, $site->session_of(person($site, 'eve', 'driver')))->code, 404, "not somebody else's";
	is $site->form($path, { revoke => $other }, %dina)->code, 303, 'then it is withdrawn';
	like $site->get($path, %dina)->dom->at("[data-key=$other] .head")->all_text, qr/Withdrawn/, 'and says so';
	page_error_is($site->form($path, { revoke => $code }, %dina), 409, 'not what was accepted');
};

subtest 'who' => sub {
	my %rita = $site->session_of(person($site, 'rita', 'recipient'));
	my $dom = $site->get($path, %rita)->dom;
	is $dom->at('form.fields'), undef, 'a recipient sees no form';
	like $dom->at('.notice')->all_text, qr/Drivers and admins invite/, 'but why';
	page_error_is($site->form($path, { role => 'recipient' }, %rita), 403, 'and makes none');
	page_error_is($site->form($path, { role => 'admin' }, %dina), 403, 'nobody above their own role');
	is $site->value('select count(*) from invitations where role = $$admin$$'), 0, '... really';
};

subtest 'it keeps itself true cheaply' => sub {
	my $res = $site->get($path, %dina);
	my $tag = $res->headers->etag;
	is $site->get($path, %dina, 'If-None-Match' => $tag)->code, 304, 'unchanged: 304';
	is $site->get($path, %dina, 'If-None-Match' => $tag, 'Accept-Language' => 'ru')->code, 200, 'another language is another page';
	$site->form($path, { role => 'recipient' }, %dina);
	is $site->get($path, %dina, 'If-None-Match' => $tag)->code, 200, 'changed: the page';
	$site->form($path, { role => 'recipient', idempotency_key => "k$_" }, %dina) for 1 .. 25;
	my $first = $site->get($path, %dina)->dom;
	is $first->find('.invitations > li')->size, 24, 'page by page';
	my $next = $first->at('button[name=cursor]')->{value};
	is $site->get("$path?cursor=$next", %dina)->dom->find('.invitations > li')->size, 4, 'to the end';
};

done_testing;
