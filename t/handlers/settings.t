# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use Gatehouse::Tables 'route';

my $site = Gatehouse->site(handlers => [qw(settings session pricing)]);
my $firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
my $iphone  = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';
my $wallet  = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';

sub person ($telegram, $name) {
	return $site->value('select core.identity_sign_in(?, ?, ?, null)', 'telegram', $telegram, encode_json({ first_name => $name }));
}
sub link_wallet ($user) {
	$site->value('select core.identity_sign_in(?, ?, ?, ?)', 'wallet', lc $wallet, encode_json({ address => $wallet }), $user);
}
my $ada = person('1001', 'Ada');
my $eve = person('2002', 'Eve');
my %ada = $site->session_of($ada, $firefox);
my %eve = $site->session_of($eve);

sub page (%who) { $site->get('/settings', %who)->dom }
sub change ($action, $fields = {}, %who) { $site->form('/settings', { action => $action, %$fields }, %who ? %who : %ada) }
sub names (%who) { [map { $_->all_text =~ s/^\s+|\s+$//gr =~ s/\s+/ /gr } page(%who)->find('.rows strong')->each] }

keeps_contract($site, 'settings', GET => '/settings', {%ada});

subtest 'ways to sign in' => sub {
	like page(%ada)->at('main')->all_text, qr/Your only way in/, 'one is the only one';
	is page(%ada)->find('input[value=unlink]')->size, 0, 'and has no button';
	page_error_is(change(unlink => { kind => 'telegram', subject => '1001' }), 409, 'nor is it unlinked without');
	link_wallet($ada);
	is_deeply [@{ names(%ada) }[0, 1]], ['Telegram', 'Wallet'], 'two';
	page_error_is(change(unlink => { kind => 'wallet', subject => $wallet }, %eve), 404, 'not by somebody else');
	is change(unlink => { kind => 'wallet', subject => $wallet })->headers->location, '/settings', 'unlinked by its button';
	is_deeply $site->get('/api/session', %ada)->json->{user}{identities}[1], undef, 'it is gone';
	is $site->value(q{select count(*) from audit_log where action = 'identity.unlink' and actor_user = ?}, $ada), 1, 'and that is written down';
	link_wallet($ada);
	my @res = $site->together(map { [POST => '/settings', { 'Content-Type' => 'application/x-www-form-urlencoded',
		Origin => $site->conf->{PUBLIC_URL}, %ada }, $_] } 'action=unlink&kind=telegram&subject=1001', "action=unlink&kind=wallet&subject=$wallet");
	is_deeply [sort map { $_->code } @res], [303, 409], 'of both at once one stays';
	$site->sql(q{insert into identities (kind, subject, user_id) values ('stripe_customer', 'cus_1', ?)}, $ada);
	page_error_is(change(unlink => { kind => 'stripe_customer', subject => 'cus_1' }), 404, 'a customer of Stripe is no way in');
};

subtest 'sessions' => sub {
	my %phone = $site->session_of($ada, $iphone);
	my %odd   = $site->session_of($ada, undef);
	is_deeply [sort grep { !/Telegram|Wallet/ } @{ names(%ada) }], ['An unknown browser', 'Firefox on Linux', 'Safari on iPhone'], 'in words';
	is page(%ada)->find('.badge')->size, 1, 'this one is marked';
	like page(%ada)->find('.badge')->first->parent->all_text, qr/Firefox/, 'rightly';
	my $id = $site->value('select id from sessions where user_agent = ?', $iphone);
	page_error_is(change(revoke => { session => $id }, %eve), 404, 'nobody ends that of another');
	is $site->get('/api/session', %phone)->code, 200, 'still in';
	is change(revoke => { session => $id })->code, 303, 'one is ended';
	is $site->get('/api/session', %phone)->code, 401, 'at once';
	page_error_is(change(revoke => { session => $id }), 404, 'once');
	page_error_is(change('revoke'), 404, 'which one?');
	is change('revoke_others')->code, 303, 'all others are ended';
	is_deeply [map { $site->get('/api/session', %$_)->code } \%odd, \%ada, \%eve], [401, 200, 200], 'and only those';
};

subtest 'language and time' => sub {
	is page(%ada)->at('#language option[selected]')->{value}, 'browser', 'as the browser asks for';
	my $res = change(save => { language => 'ru', time_zone => 'Europe/Madrid' });
	like $res->headers->set_cookie, qr/^language=ru; /, 'kept for pages that ask nobody';
	is page(%ada, 'Accept-Language' => 'es')->at('html')->{lang}, 'ru', 'the choice counts more than the browser';
	is $site->get('/pricing', Cookie => 'language=ru', 'Accept-Language' => 'es')->dom->at('html')->{lang}, 'ru', 'there too';
	is page(%ada)->at('#time_zone option[selected]')->text, 'Europe/Madrid', 'the time zone';
	is_deeply [@{ $site->get('/api/session', %ada)->json->{user} }{qw(language time_zone)}], ['ru', 'Europe/Madrid'], 'as programs see it';
	like change(save => { language => 'browser' })->headers->set_cookie, qr/^language=; .*Max-Age=0/, 'back to the browser';
	is page(%ada, 'Accept-Language' => 'es')->at('html')->{lang}, 'es', 'which it is';
	is $site->get('/api/session', %ada)->json->{user}{time_zone}, 'Europe/Madrid', 'what was not sent stays';
	page_error_is(change(save => $_), 422, join ' ', 'refused:', %$_) for { language => 'tlh' }, { time_zone => 'Mars/Base' };
	page_error_is(change('explode'), 422, 'an action that there is not');
	page_error_is($site->form('/settings', {}, %ada), 422, 'none at all');
};

subtest 'from elsewhere' => sub {
	for my $action (qw(save unlink revoke revoke_others)) {
		page_error_is(change($action => { language => 'es' }, %ada, Origin => 'https://evil.example'), 403, "$action: not by a form of another site");
	}
	is $site->get('/api/session', %ada)->json->{user}{language}, undef, 'nothing changed';
};

done_testing;
