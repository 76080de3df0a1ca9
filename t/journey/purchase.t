# SPDX-License-Identifier: MIT
# A first purchase in a real Chromium, on the whole site with the sandbox: prices,
# payment, success, invite; see t/node/journey/purchase.mjs.  GATEHOUSE_SHOTS names
# a directory that keeps the screenshots.
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Walk;

my $site = Gatehouse->site(sandbox => 1);
my ($status, $out) = $site->cli('stripe', 'catalogue');
is $status, 0, 'the catalogue is made' or diag $out;
$site->psql(q{INSERT INTO invites_pool (code, invite_url) SELECT 'c' || n, 'https://discord.gg/c' || n FROM generate_series(1, 5) n});

subtest 'in Chromium' => sub { walk('purchase.mjs', $site->conf->{PUBLIC_URL}, shots($site)) };

subtest 'what the database says of it' => sub {
	is $site->value(q{select count(*) from orders where status = 'paid'}), 3,
	    'three orders are paid';
	is $site->value('select count(*) from invites_pool where used_at is not null'), 3,
	    'three invites are used';
	is_deeply [map { $_->{balance} } $site->sql('select balance from credits')], [105, 105, 105],
	    'each has 100 credits and the trial';
	is $site->value(q{select count(*) from stripe_events where outcome = 'applied' and type = 'checkout.session.completed'}), 3,
	    'each by an event, signed by the sandbox';
	is $site->value('select sum(faults) from core.verify()'), 0, 'verify finds no fault';
};

subtest 'and then the meter' => sub {
	my $user = $site->value('select user_id from orders where status = ? order by created_at limit 1', 'paid');
	my $res = $site->json('/functions/v1/credit-meter', { user_id => $user, agent => 'image' }, $site->bearer($site->key));
	is_deeply [@{ $res->json }{qw(success charged balance)}], [true, 5, 100],
	    'an application meters against what was bought';
};

done_testing;
