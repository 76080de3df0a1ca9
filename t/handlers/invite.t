# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use Gatehouse::People;
use Mojo::File 'curfile';

my $site = Gatehouse->site(handlers => [qw(invite)], conf => { TELEGRAM_BOT_USERNAME => 'gate_bot' });
my $dina = person($site, 'dina', 'driver');

sub made (%with) {
	return $site->value(q{select invite_code from core.invitations_create(?, ?, ?::interval, 1, null, null, null)},
		$with{by} // $dina, $with{role} // 'recipient', $with{for});
}
sub page ($code, @who) { $site->get("/invite/$code", @who) }
sub heading ($res) { ($res->dom->at('h1') // $res->dom)->all_text }
sub press ($code, @who) { $site->form("/invite/$code", {}, @who) }
sub status ($code) { $site->value('select status from invitations where invite_code = ?', $code) }

keeps_contract($site, 'invite', GET => '/invite/' . made(), {});

subtest 'a stranger sees who invites and to what' => sub {
	my $code = made(for => '7 days');
	my $dom  = page($code)->dom;
	is $dom->at('h1')->text, 'dina invites you', 'who';
	like $dom->at('main')->all_text, qr/messages that dina sends, in Telegram/, 'to what';
	is $dom->find('main time')->size, 1, 'until when';
	is $dom->at('form[action="/auth/telegram"] input[name=invite]')->{value}, $code, 'and signs in with Telegram';
	is $dom->at('meta[property="og:title"]')->{content}, 'Invitation from dina', 'the preview says the same';
	is status($code), 'pending', 'looking consumes nothing';
	page_error_is(page('nothing'), 404, 'an unknown one');
	page_error_is(page('a%20b'), 404, 'no code');
	page_error_is(page('x' x 65), 404, 'too long a code');
	page_error_is(page(''), 404, 'none');
	like $site->raw("GET $_$code HTTP/1.1\r\nHost: gatehouse.test\r\nConnection: close\r\n\r\n"), qr{^HTTP/1.1 404},
	    "no page: $_" for qw(//invite/ /%69nvite/ /x/../invite/);
	ok poll(sub { (() = $site->log('access') =~ m{"/invite/"}g) >= 8 }), 'the log says where';
	unlike $site->log('invite') . $site->log('access') . $site->logs, qr/$code/, 'and no log has the code';
};

subtest 'who is signed in accepts by a button' => sub {
	my ($code, $ada) = (made(), person($site, 'ada'));
	my @ada = $site->session_of($ada);
	is page($code, @ada)->dom->at("form[action='/invite/$code'] button")->text, 'Accept', 'the button';
	is status($code), 'pending', '... which nobody has pressed';
	my $res = press($code, @ada);
	is_deeply [$res->code, $res->headers->location], [303, "/invite/$code"], 'it leads inside';
	is roles_of($site, $ada), 'recipient', 'the role is held';
	my $dom = page($code, @ada)->dom;
	is $dom->at('h1')->text, 'You are in', 'the page says so';
	is $dom->at('a.primary')->{href}, 'https://t.me/gate_bot?start=invited', 'and what happens next';
	is press($code, @ada)->code, 303, 'again is harmless';
	is $site->value(q{select count(*) from audit_log where action = 'invitation.accept'}), 1, 'and nothing new';
	is heading(page($code)), 'Already accepted', 'a stranger sees that it was used';
	is heading(page($code, $site->session_of(person($site, 'bob')))), 'Already accepted', 'so does somebody else';
	page_error_is(press($code), 401, 'nobody accepts for nobody');
	page_error_is(press('nothing', @ada), 404, 'nor what is none');
	page_error_is($site->post("/invite/$code", { @ada, Origin => 'https://elsewhere.example',
		'Content-Type' => 'application/x-www-form-urlencoded', Accept => 'text/html' }, ''), 403, 'nor from another site');
};

subtest 'every state is a page of its own' => sub {
	my $eve  = person($site, 'eve');
	my @eve  = $site->session_of($eve);
	my $own  = made();
	is heading(page($own, $site->session_of($dina))), 'Your own invitation', 'own';
	press($own, $site->session_of($dina));
	is status($own), 'pending', '... which one cannot accept';
	my $revoked = made();
	$site->sql('select core.invitation_revoke(?, ?, null, false)', $revoked, $dina);
	press($revoked, @eve);
	is heading(page($revoked, @eve)), 'Invitation withdrawn', 'revoked';
	my $boss = person($site, 'boss', 'driver');
	my $demoted = made(by => $boss);
	$site->sql('select core.role_revoke(?::uuid, $$driver$$)', $boss);
	press($demoted, @eve);
	is heading(page($demoted, @eve)), 'This invitation is on hold', 'demoted';
	like page($demoted)->dom->at('main')->all_text, qr/boss may not offer this/, '... with an explanation';
	my $expired = made(for => '1 hour');
	$site->clock_move('2 hours');
	press($expired, @eve);
	is heading(page($expired, @eve)), 'Invitation expired', 'expired';
	is roles_of($site, $eve), '', 'none of these gave a role';
	is heading(page(made(role => $_))), 'dina invites you', "a $_" for qw(member driver);
	$site->clock_move('90 days');
	is heading(page(made(), @eve)), 'dina invites you', 'a session that is over is nobody';
};

subtest 'link previews consume nothing' => sub {
	my $code  = made();
	my @bots  = grep { /\S/ && !/^#/ } split /\n/, curfile->dirname->dirname->child('data/preview-agents')->slurp;
	cmp_ok scalar @bots, '>=', 15, 'the bots of the large networks';
	my $before = $site->state . $site->value('select string_agg(i::text, $$;$$ order by seq) from invitations i');
	my @got = $site->together(map { my $bot = $_; map { [$_ => "/invite/$code", { 'User-Agent' => $bot }] } qw(GET HEAD) } @bots);
	is scalar(grep { $_ && $_->code == 200 } @got), 2 * @bots, 'each gets its answer, GET and HEAD';
	is $site->state . $site->value('select string_agg(i::text, $$;$$ order by seq) from invitations i'), $before, 'and nothing changed';
	my @ada = $site->session_of(person($site, 'late'));
	is press($code, @ada)->code, 303, 'the person comes after them';
	is status($code), 'accepted', 'and gets it';
};

subtest '32 people press at once' => sub {
	my $code   = made();
	my @people = map { person($site, "crowd$_") } 1 .. 32;
	my @got    = $site->together(map { [POST => "/invite/$code", { $site->session_of($_), Origin => $site->conf->{PUBLIC_URL},
		'Content-Type' => 'application/x-www-form-urlencoded', Accept => 'text/html' }, ''] } @people);
	is scalar(grep { $_ && $_->code == 303 } @got), 32, 'all are answered';
	my %told;
	$told{ heading(page($code, $site->session_of($_))) }++ for @people;
	is_deeply \%told, { 'You are in' => 1, 'Already accepted' => 31 }, 'one is in, 31 are told that it was used';
	is scalar(grep { roles_of($site, $_) eq 'recipient' } @people), 1, 'one holds the role';
};

subtest 'without a bot' => sub {
	my $bare = Gatehouse->site(handlers => [qw(invite)], conf => { TELEGRAM_BOT_USERNAME => undef });
	my $code = $bare->value(q{select invite_code from core.invitations_create(?, 'recipient', null, 1, null, null, null)}, person($bare, 'dina', 'driver'));
	like $bare->get("/invite/$code")->dom->at('.notice')->all_text, qr/not set up here yet/, 'the page says what is missing';
};

done_testing;
