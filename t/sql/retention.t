# SPDX-License-Identifier: MIT
# What is kept, and for how long: the clock is moved, the jobs are run.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my $n   = 0;

sub count ($table, $where = 'true') { $db->value("select count(*) from $table where $where") }
# Steps of a job until there is no more; how many rows went.
sub job ($name) {
	my ($sum, $step) = (0);
	do { $step = ask($dbh, "core.job_$name"); $sum += $step->{count} } while $step->{more};
	return $sum;
}
# Kept until just before, gone just after.
sub lives ($table, $job, $before, $name, $where = 'true') {
	job($job);
	my $there = count($table, $where);
	ok $there, "$name: there";
	$db->clock_move($before);
	job($job);
	is count($table, $where), $there, "... for $before";
	$db->clock_move('2 hours');
	job($job);
	is count($table, $where), 0, '... and no longer';
}

$db->sql(q{select core.clock_move('2027-03-10 00:00:10+00'::timestamptz - core.now())});
my $ada = $db->value(q{select core.user_create('ada', null)});

subtest 'what sign-ins leave' => sub {
	ask($dbh, 'api.login_link', '192.0.2.1', 'ff' x 32);
	is count('client_salts'), 1, 'addresses are hashed with a salt of the day';
	lives('attempts', 'forget', '23 hours', 'who failed to sign in');
	$db->sql(q{select core.clock_move('2027-03-11 23:59:00+00'::timestamptz - core.now())});
	job('forget');
	is count('client_salts'), 1, 'the salt: there for almost 48 hours';
	$db->clock_move('2 minutes');
	job('forget');
	is count('client_salts'), 0, '... and destroyed then, though nobody signs in';
	ask($dbh, 'api.wallet_nonce');
	$db->clock_move('9 minutes');
	job('forget');
	is count('wallet_nonces'), 1, "a wallet's nonce: there while it counts";
	$db->clock_move('2 minutes');
	job('forget');
	is count('wallet_nonces'), 0, '... and no longer';
	$db->sql(q{insert into telegram_sign_ins (state_hash, browser_hash, created_at, expires_at)
		select sha256(i::text::bytea), sha256('b'), core.now(), core.now() + interval '10 minutes' from generate_series(1, 2500) i});
	lives('telegram_sign_ins', 'forget', '24 hours', 'sign-ins at Telegram that were begun');
	$db->sql(q{insert into telegram_widget_logins (hash, expires_at) values (sha256('x'), core.now() + interval '20 minutes')});
	lives('telegram_widget_logins', 'forget', '19 minutes', "the widget's hashes");
};

subtest 'sessions and links' => sub {
	$db->sql('select core.session_open(?::uuid, ?, null)', $ada, 'ab' x 32);
	$db->sql('select core.login_link_add(?, ?)', $ada, 'cd' x 32);
	$db->clock_move('1 day');
	lives('login_links', 'retention', '29 days 23 hours', 'a login link that is over');
	my $life = $db->value('select expires_at - core.now() from sessions');
	$db->clock_move($life);
	lives('sessions', 'retention', '29 days 23 hours', 'a session that is over');
};

subtest 'what Telegram told, who wrote how often' => sub {
	$db->sql(q{insert into telegram_updates (update_id, kind, outcome, received_at) values (1, 'message', 'applied', core.now())});
	lives('telegram_updates', 'retention', '29 days 23 hours', 'that an update came');
	$db->sql(q{insert into notification_usage values (?, date_trunc('hour', core.now()), 1)}, $ada);
	lives('notification_usage', 'retention', '29 days 22 hours', 'how often somebody wrote');
};

subtest 'messages' => sub {
	my $driver = $db->value(q{select core.user_create('driver', null)});
	$db->sql(q{select core.role_grant(?::uuid, 'driver')}, $driver);
	for my $number (1 .. 5) {
		my $code = $db->value(q{select invite_code from core.invitations_create(?, 'recipient', null, 1, null, null, null)}, $driver);
		$db->sql('select accept_invitation(?, ?)', $code, encode_json({ telegram_id => $number, first_name => "No $number" }));
	}
	my $id = $db->value(q{select id from core.notification_send(?, 'hello', null, null, null)}, $driver);
	$db->sql(q{update outbox set done_at = core.now(), outcome = 'sent' where destination = '1'});
	$db->sql(q{update outbox set done_at = core.now(), outcome = 'blocked', last_error = '403 Forbidden: bot was blocked by the user' where destination = '2'});
	$db->sql(q{update outbox set done_at = core.now(), outcome = 'unknown_chat', last_error = '400 chat not found' where destination = '3'});
	$db->sql(q{update outbox set dead_at = core.now(), outcome = 'refused', last_error = '400 no' where destination = '4'});
	$db->sql(q{insert into outbox (kind, dedupe_key, done_at, outcome) select 'low_balance', 'old' || i, core.now(), 'sent' from generate_series(1, 2500) i});
	my $said = $db->value('select core.notification_detail(?::uuid, null)', $id);
	$db->clock_move('29 days 23 hours');
	job('retention');
	is count('outbox'), 2505, 'are kept for thirty days';
	$db->clock_move('2 hours');
	ask($dbh, 'core.job_retention');
	is count('outbox'), 1505, 'then they go, a thousand a step';
	cmp_ok job('retention'), '>', 1502, 'all that went through';
	is $db->value('select string_agg(destination, $$ $$ order by id) from outbox'), '4 5', 'not the dead letters, nor what waits';
	is_deeply decode_json($db->value('select core.notification_detail(?::uuid, null)', $id)), decode_json($said), 'what became of each is told as before';
	is count('notification_recipients', 'outbox_id is null'), 3, '... without their rows';
	is $db->value('select core.outbox_retry(null, null, null)'), 1, 'a dead letter can be sent again still';
	is verify_clean($dbh), '', 'verify finds no fault';
	$db->sql(q{update retention set keep = '1 day' where what = 'outbox'});
	$db->sql(q{update outbox set done_at = core.now(), outcome = 'sent' where destination = '4'});
	lives('outbox', 'retention', '23 hours', 'the operator may keep them shorter', 'done_at is not null');
};

subtest 'while somebody else holds a row' => sub {
	$db->sql(q{insert into outbox (kind, dedupe_key, done_at, outcome) select 'low_balance', 'held' || i, core.now() - interval '60 days', 'sent' from generate_series(1, 3) i});
	my $other = $db->cluster->connect($db->name);
	$other->begin_work;
	$other->do(q{select from outbox where dedupe_key = 'held2' for update});
	is job('retention'), 2, 'the others go';
	$other->rollback;
	is job('retention'), 1, 'it goes later';
};

done_testing;
