# SPDX-License-Identifier: MIT
# The statements operators have in their dashboards and notes run as they stand.

use Gatehouse;

my $db = Gatehouse->database;

sub runs ($statement, $want, $name) {
	my ($status, $out) = $db->psql($statement);
	ok !$status, "$name runs" or diag $out;
	like $out, $want, "$name answers";
}

runs q{INSERT INTO invites_pool (code, invite_url) VALUES ('aaa', 'https://discord.gg/aaa'), ('bbb', 'https://discord.gg/bbb');},
    qr/^$/, 'filling the pool';
runs q{SELECT count(*) FROM invites_pool WHERE used_at IS NULL;}, qr/^2$/, 'counting what is left';
runs q{SELECT allocate_invite();}, qr/^\{"code": "aaa", "expires_at": null, "invite_url": "https:..discord.gg.aaa"\}$/,
    'taking the oldest';
runs q{SELECT allocate_invite('order 1'); SELECT allocate_invite('order 1');}, qr/^(\{"code": "bbb".*)\n\1$/,
    'taking for an order, twice';
runs q{SELECT allocate_invite() IS NULL;}, qr/^t$/, 'an empty pool';
runs q{SELECT code, invite_url, used_by, used_at, expires_at, created_at FROM invites_pool WHERE used_by = 'order 1';},
    qr/^bbb\|/, 'the columns of the pool';

$db->sql(q{select core.user_create('a', 'a@example.test')});
$db->sql(q{select core.credits_grant(core.user_create('b', null), 'bonus', 4, 'gift', core.now())});

runs q{SELECT COUNT(*), SUM(balance), AVG(balance) FROM credits;}, qr/^2\|14\|7\.0+$/, 'the sums of the wallet';
runs q{SELECT type, COUNT(*), SUM(amount) FROM credit_transactions WHERE created_at >= NOW() - INTERVAL '1 day' GROUP BY type ORDER BY type;},
    qr/^bonus\|1\|4\ntrial\|2\|10$/, 'the day of the ledger';
runs q{SELECT user_id, type, amount, created_at FROM credit_transactions;}, qr/\|trial\|5\|/, 'the columns of the ledger';
runs q{SELECT agent, credits, active FROM agent_pricing ORDER BY agent;}, qr/^chat\|1\|t\nimage\|5\|t$/, 'agent prices';
runs q{SELECT user_id, activity_date FROM user_activity;}, qr/^$/, 'the columns of activity';
runs q{SELECT user_id, code FROM referral_codes;}, qr/^(?:[0-9a-f-]{36}\|CG-[2-9A-HJ-NP-Z]{6}\n?){2}$/, 'the columns of referral codes';

done_testing;
