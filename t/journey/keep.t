# SPDX-License-Identifier: MIT
# A guest pays in a real Chromium and then keeps it: signs in with Telegram from the
# page of the order, and finds the credits in the account; see t/node/journey/keep.mjs.
# GATEHOUSE_SHOTS names a directory that keeps the screenshots.
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Walk;

my $site = Gatehouse->site(sandbox => 1);
my ($status, $out) = $site->cli('stripe', 'catalogue');
is $status, 0, 'the catalogue is made' or diag $out;
$site->psql(q{INSERT INTO invites_pool (code, invite_url) SELECT 'c' || n, 'https://discord.gg/c' || n FROM generate_series(1, 5) n});

subtest 'in Chromium' => sub { walk('keep.mjs', $site->conf->{PUBLIC_URL}, shots($site)) };

subtest 'what the database says of it' => sub {
	is $site->value(q{select count(*) from orders where status = 'paid' and claimed_at is not null}), 3, 'three purchases were kept';
	is_deeply [map { $_->{said} } $site->sql(q{select i.subject || ' ' || c.balance || ' ' || u.placeholder as said
		from identities i join users u on u.id = i.user_id join credits c on c.user_id = u.id where i.kind = 'telegram' order by 1})],
	    ['7000000001 205 false', '7000000002 105 false'], 'by two people, with one trial each';
	is $site->value('select count(*) from invites_pool where used_at is not null'), 2, 'a seat each';
	is $site->value('select sum(faults) from core.verify()'), 0, 'verify finds no fault';
};

done_testing;
