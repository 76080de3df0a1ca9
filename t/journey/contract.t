# SPDX-License-Identifier: MIT
# What operators already have in scripts and dashboards runs as it stands: SQL
# through the real psql, cron's line through the real curl.
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Process 'capture';

my $site = Gatehouse->site(handlers => [qw(rollover-cron users stripe-webhook credit-meter)], tcp => 1);
my %key  = $site->bearer($site->key);
my $ada  = $site->user('ada', 100);
$site->json('/functions/v1/credit-meter', { user_id => $ada, agent => 'image' }, %key);

# What psql prints for a statement; a failure shows.
sub answers ($statement) {
	my ($status, $out) = $site->psql($statement);
	return $status ? "psql: $out" : $out =~ s/\n$//r;
}

subtest 'invites' => sub {
	is answers(q{INSERT INTO invites_pool (code, invite_url) VALUES ('abc', 'https://discord.gg/abc'), ('def', 'https://discord.gg/def');}), '',
	    'the pool is filled';
	is answers('SELECT count(*) FROM invites_pool WHERE used_at IS NULL'), 2,
	    'what is left is counted';
	my $first = decode_json(answers('SELECT allocate_invite()'));
	is_deeply [@$first{qw(code invite_url)}], ['abc', 'https://discord.gg/abc'],
	    'the oldest is allocated';
	ok exists $first->{expires_at}, 'with expires_at';
	my $order = answers(q{SELECT allocate_invite('order-7')});
	is answers(q{SELECT allocate_invite('order-7')}), $order, 'for an order: always the same';
	is decode_json($order)->{code}, 'def', 'another than the first';
	is answers('SELECT allocate_invite()'), '', 'an empty pool gives NULL';
	is answers('SELECT allocate_invite() IS NULL'), 't', 'really NULL';
	is answers(q{SELECT code, used_by FROM invites_pool WHERE used_at IS NOT NULL ORDER BY created_at, code}), "abc|direct\ndef|order-7",
	    'who has them';
};

subtest 'credits' => sub {
	is answers('SELECT COUNT(*), SUM(balance), AVG(balance) FROM credits'), '1|100|100.0000000000000000',
	    'balances';
	is answers(q{SELECT type, COUNT(*), SUM(amount) FROM credit_transactions WHERE created_at >= NOW() - INTERVAL '1 day' GROUP BY type ORDER BY type}),
	    "purchase|1|100\ntrial|1|5\nusage|1|-5", 'movements of the day';
	like answers(q{SELECT type, COUNT(*), SUM(amount) FROM credit_transactions WHERE created_at >= NOW() - INTERVAL '1 day' GROUP BY type}),
	    qr/^usage\|1\|-5$/m, 'also as it stands';
	is answers('SELECT agent, credits, active FROM agent_pricing ORDER BY agent'), "chat|1|t\nimage|5|t",
	    'prices of agents';
	is answers(q{UPDATE agent_pricing SET credits = 2 WHERE agent = 'chat'; INSERT INTO agent_pricing (agent, credits, active) VALUES ('video', 20, true);}), '',
	    'can be changed';
	is $site->json('/functions/v1/credit-meter', { user_id => $ada, agent => 'video' }, %key)->json->{charged}, 20,
	    'and hold at once';
	is answers('SELECT count(*) FROM user_activity WHERE user_id IS NOT NULL AND activity_date <= current_date'), 1,
	    'activity';
	is answers(q{SELECT count(user_id), count(code) FROM referral_codes}) =~ /^\d+\|\d+$/ ? 1 : 0, 1,
	    'referral codes';
	like answers('UPDATE credit_transactions SET amount = 0'), qr/^psql: ERROR/,
	    'the ledger refuses to be rewritten';
	like answers('DELETE FROM credit_transactions'), qr/^psql: ERROR/, 'or cut';
};

subtest 'the monthly line of cron' => sub {
	my $url = $site->conf->{PUBLIC_URL} . '/functions/v1/rollover-cron';
	my $curl = sub (@more) { (capture(['curl', '-sS', '-w', ' %{http_code}', '-X', 'POST', $url, @more]))[1] };
	like $curl->('-H', 'Authorization: Bearer ' . $site->conf->{CRON_SECRET}), qr/^\{.*"replayed": ?false.*\} 200$/,
	    'runs with the secret';
	like $curl->('-H', 'Authorization: Bearer ' . $site->conf->{CRON_SECRET}, '-H', 'Content-Type: application/json', '-d', '{}'),
	    qr/"replayed": ?true.* 200$/, 'with an empty JSON body as well';
	like $curl->(), qr/"unauthorized".* 401$/, 'without it: 401';
	like $curl->('-H', 'Authorization: Bearer wrong'), qr/"unauthorized".* 401$/,
	    'with another: 401';
};

is $site->value('select sum(faults) from core.verify()'), 0, 'after all this verify finds no fault';

done_testing;
