# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use Gatehouse::Tables 'route';

my $site  = Gatehouse->site(handlers => [qw(admin login users stripe-webhook)]);
my %admin = $site->session;

keeps_contract($site, 'admin', GET => '/admin', {%admin});

subtest 'numbers are true' => sub {
	$site->pay($site->user('ada'), 100);
	$site->sql(q{insert into invites_pool (code, invite_url) values ('a', 'https://discord.gg/a')});
	my $got = $site->get('/admin', %admin, Accept => 'application/json')->json;
	is $got->{orders}{paid}, 1, 'one paid order';
	is $got->{revenue}{today}, 499, 'its money in cents';
	is $got->{credits}{balance}, $site->value('select sum(balance) from credits'), 'balances';
	is $got->{credits}{ledger}, $got->{credits}{balance}, 'ledger and balance agree';
	is_deeply [@{ $got->{pool} }{qw(left used)}], [1, 0], 'the pool';
	is $got->{events}{applied}, 2, 'events of the day';
	my $dom = $site->get('/admin', %admin)->dom;
	like $dom->at('main')->all_text, qr/\$4\.99/, 'on the page as money';
};

subtest 'who may look' => sub {
	page_error_is($site->get('/admin', $site->session('driver')), 403, 'another role may not');
	sends_to_door(route('admin'), $site->get('/admin', $site->bearer($site->key)), 'a key is no session');
	$site->sql('update sessions set revoked_at = now()');
	sends_to_door(route('admin'), $site->get('/admin', %admin), 'a revoked session');
	my %other = $site->session;
	is $site->get('/admin', %other)->code, 200, 'a new one';
	$site->clock_move('31 days');
	sends_to_door(route('admin'), $site->get('/admin', %other), 'until it has expired');
	$site->clock_move('-31 days');
	$site->sql(q{delete from user_roles});
	page_error_is($site->get('/admin', %other), 403, 'a role that was taken away counts at once');
};

done_testing;
