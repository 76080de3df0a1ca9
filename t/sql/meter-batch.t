# SPDX-License-Identifier: MIT
# A batch is the same as its items one after another: thousands of random batches
# against a twin database that is given each item in a call of its own.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Race;

my $seed = $ENV{GATEHOUSE_SEED} // time;
diag "GATEHOUSE_SEED=$seed";
srand $seed;

my ($one, $two) = map { Gatehouse->database } 1 .. 2; # batches, single calls
my ($key, $narrow, $revoked, $unknown) = map { key_caller($_ x 32) } qw(ab cd ef 12);
my $noon = time;

sub both ($sql, @values) { $_->sql($sql, @values) for $one, $two }
sub pick (@from) { $from[rand @from] }

both(q{update clock set clock_offset = '2027-01-15 12:17Z' - ?::timestamptz}, scalar gmtime $noon);
both(q{select core.key_create('app', ?)}, 'ab' x 32);
both(q{select core.key_create('narrow', ?, '{other}')}, 'cd' x 32);
both(q{select core.key_create('old', ?)}, 'ef' x 32);
both(q{select core.key_revoke('old')});
# A streak's bonus comes after the whole batch, in single calls after the first charge.
both('update streak_rules set active = false');
both(q{insert into agent_pricing (agent, credits, active) values ('free', 0, true), ('off', 1, false)});

# Eight users in three time zones, and somebody who turned out to be the first.
my $uuid = sub ($n) { sprintf '00000000-0000-4000-8000-%012d', $n };
my @zones = qw(UTC Asia/Kolkata America/New_York);
for my $n (1 .. 8) {
	both(q{insert into users (id, external_id, time_zone) values (?, ?, ?)}, $uuid->($n), "u$n", $zones[$n % 3]);
	both(q{select core.credits_grant(?, 'trial', 5, 'trial:' || ?, core.now())}, $uuid->($n), $n);
}
both(q{insert into users (id, external_id, merged_into) values (?, 'guest', ?)}, $uuid->(99), $uuid->(1));

# ---- random requests ---------------------------------------------------------

my $expires = 1_900_000_000; # later than the tests' clock
sub token ($sub, %claims) { encode_json({ user => { sub => $sub, exp => $expires, %claims } }) }

sub random_caller {
	return $key if rand() < 0.75;
	return token('u' . int(1 + rand 8)) if rand() < 0.6;
	return token('new' . int rand 400) if rand() < 0.2;
	return pick($narrow, $revoked, $unknown, undef, '{}', '{"cron":true}', '[]', session_caller('ab' x 32), token('u1', exp => 1),
		token('u1', exp => undef), token('u2', nbf => $expires), token(''), token(undef), token($uuid->(2)), key_caller('short'),
		encode_json({ key => 'ab' x 32, user => { sub => 'u1', exp => $expires } }));
}

sub random_item {
	my $caller = random_caller();
	return [
		$caller,
		($caller // '') =~ /"new/ ? pick('u1', undef, undef, undef) : rand() < 0.85 ? 'u' . int(1 + rand 8) : pick($uuid->(1 + int rand 8), $uuid->(99), 'guest', 'new' . int(rand 400), 'nobody', '', undef, undef),
		rand() < 0.9 ? pick(qw(chat chat image free)) : pick('off', 'nobody', 'Chat', '', undef),
		rand() < 0.9 ? pick(1, 1, 2, 3, undef) : pick(0, -1, 50, 1_000_000, 1_000_001),
		rand() < 0.5 ? undef : rand() < 0.95 ? 'k' . int rand 60 : pick('', 'x' x 255, 'x' x 256),
		rand() < 0.8 ? undef : pick('{}', '{"a": 1}', 'null', '[1]', '"x"', '{"é": "\\u00fc\\\\ \\" {,}"}'),
	];
}

# Some batches are all about one account, some about one key.
sub random_batch ($n) {
	my @items = map { random_item() } 1 .. (rand() < 0.04 ? 64 : 1 + int rand 12);
	if (rand() < 0.2) { $_->[1] = 'u1' for @items }
	if (rand() < 0.05) { $_->[4] = "only$n" for @items }
	return @items;
}

# What happens between batches.
sub random_event ($n) {
	both(q{select core.credits_grant(?, ?, ?, ?, core.now(), null, core.now() + ?::interval)}, $uuid->(1 + int rand 8),
		pick(qw(bonus purchase subscription)), 1 + int rand 60, "grant:$n", pick(undef, undef, '100 minutes', '5 hours', '2 days')) if rand() < 0.5;
	both(q{update credit_lots set priority = ? where effect = ?}, pick(-1, 1), "grant:$n") if rand() < 0.2;
	both(q{select core.clock_move(?::interval)}, pick('1 hour', '1 hour', '9 hours')) if rand() < 0.05;
	both(q{update agent_pricing set credits = ? where agent = 'image'}, 1 + int rand 9) if rand() < 0.02;
}

# ---- both ways ---------------------------------------------------------------

my $types = 'text[], text[], text[], text[], bigint[], text[], jsonb[]';
my $batch = $one->dbh->prepare('select jsonb_agg(a)::text from api.credit_meter_batch(' . join(',', map { "?::$_" } split /, /, $types) . ') a');

sub in_one ($n, @items) {
	$batch->execute([map { "r$n-$_" } 0 .. $#items], map { my $i = $_; [map { $_->[$i] } @items] } 0 .. 5);
	return map { defined && defined $_->{error} ? { error => $_->{error}, %{ $_->{detail} // {} } } : $_ }
		@{ decode_json(Encode::encode_utf8($batch->fetchrow_array)) };
}

sub one_by_one ($n, @items) {
	return map {
		$two->dbh->do('select set_config(?, ?, false)', undef, 'application_name', "r$n-$_");
		my $got = ask($two->dbh, 'api.credit_meter', @{ $items[$_] });
		delete $got->{status};
		$got;
	} 0 .. $#items;
}

# The ids of ledger rows differ, but each stands for one of the other side.
my %twin;
sub same_ids ($got, $want) {
	for my $i (0 .. $#$want) {
		my ($a, $b) = map { $_->[$i]{transaction_id} } $got, $want;
		next unless defined $a && defined $b;
		$twin{$a} //= $b;
		$got->[$i] = { %{ $got->[$i] }, transaction_id => $twin{$a} };
	}
}

# Everything but ids and times; a user's ledger in its order.
sub books ($db) {
	my $person = 'coalesce(u.external_id, u.id::text)';
	my $ledger = qq{select t.*, $person as who, row_number() over (partition by t.user_id order by t.id) as nth
		from credit_transactions t join users u on u.id = t.user_id};
	my @dump = map { @{ $db->dbh->selectcol_arrayref($_) } } (
		qq{select concat_ws(' ', $person, balance, debt, active_on) from credits join users u on u.id = user_id},
		qq{select concat_ws(' ', $person, source, amount, remaining, case when source <> 'trial' then effect end)
			from credit_lots join users u on u.id = user_id},
		qq{select concat_ws(' ', who, nth, type, amount, balance, idempotency_key, request_hash, agent, quantity, metadata,
			case when type = 'usage' then request_id end) from ($ledger) t},
		qq{select concat_ws(' ', who, nth, l.source, case when l.source <> 'trial' then l.effect end, k.amount)
			from ($ledger) t join transaction_lots k on k.transaction_id = t.id join credit_lots l on l.id = k.lot_id},
		qq{select concat_ws(' ', $person, activity_date) from user_activity join users u on u.id = user_id},
	);
	return join "\n", sort @dump;
}

my (%seen, $different);
my $batches = 2500;
for my $n (1 .. $batches) {
	random_event($n);
	my @items = random_batch($n);
	my @got   = in_one($n, @items);
	my @want  = one_by_one($n, @items);
	same_ids(\@got, \@want);
	$seen{ $_->{error} // ($_->{replayed} ? 'replayed' : 'charged') }++ for @want;
	next if encode_json(\@got) eq encode_json(\@want);
	$different = $n;
	is_deeply \@got, \@want, "batch $n" or diag explain \@items;
	last;
}
is $different, undef, "$batches batches are answered as their items are, one by one";
is books($one), books($two), 'and leave the same books';
is verify_clean($_->dbh), '', 'which are clean' for $one, $two;
cmp_ok $seen{$_} // 0, '>', 20, "there were items that are: $_"
    for qw(charged replayed idempotency_conflict insufficient_credits unknown_agent unknown_user invalid_field unauthorized forbidden);
cmp_ok $one->value(q{select count(*) from credit_transactions where type = 'expiry'}), '>', 10, 'credits expired on the way';
cmp_ok $one->value(q{select count(*) from users where external_id like 'new%'}), '>', 10, 'tokens made users on the way';
cmp_ok $one->value(q{select max(n) from (select count(*) as n from transaction_lots group by transaction_id) x}), '>', 2,
    'some debits took several lots';

# ---- many at once ------------------------------------------------------------

# Batches and single calls over the same accounts and keys, in any order.
my $client = sub ($id) {
	return sub ($dbh) {
		srand $seed + $id;
		my $sth = $dbh->prepare('select jsonb_agg(a)::text from api.credit_meter_batch(' . join(',', ('?') x 7) . ') a', { pg_server_prepare => 0 });
		for my $n (1 .. 40) {
			my @items = map { [$key, $uuid->(1 + int rand 8), 'chat', 1, 'shared' . int(rand 100), undef] } 1 .. 20;
			ask($dbh, 'api.credit_meter', @{ random_item() });
			$sth->execute([map { "c$id-$n-$_" } 0 .. $#items], map { my $i = $_; [map { $_->[$i] } @items] } 0 .. 5);
			my $got = decode_json(Encode::encode_utf8($sth->fetchrow_array));
			$got->[$_] // ask($dbh, 'api.credit_meter', @{ $items[$_] }) for 0 .. $#items; # its account was locked
		}
	};
};
$one->sql(q{select core.credits_grant(id, 'bonus', 5000, 'race:' || id, core.now()) from users where external_id like 'u_'});
my $before = $one->value(q{select count(*) from credit_transactions where idempotency_key like 'shared%'});
ok ask_all($one, map { $client->($_) } 1 .. 6), 'six clients at once: no error, no deadlock';
my ($row) = $one->sql(q{select count(*) as rows, count(distinct (user_id, idempotency_key)) as keys
	from credit_transactions where idempotency_key like 'shared%'});
cmp_ok $row->{rows}, '>', 700, 'nearly every key of every account was used';
is $row->{rows}, $row->{keys}, 'and none of them twice';
is verify_clean($one->dbh), '', 'clean books';

# An account that somebody holds is left out, without waiting.
my $holder = $one->cluster->connect($one->name);
$holder->begin_work;
$holder->do('select from credits where user_id = ? for update', undef, $uuid->(1));
my @got = in_one('held', map { [$key, $uuid->($_), 'chat', 1, undef, undef] } 1, 2, 1);
is_deeply [map { defined $_ ? $_->{success} : undef } @got], [undef, true, undef], 'an account that somebody holds is left out';
$holder->rollback;
@got = in_one('free', [$key, $uuid->(1), 'chat', 1, undef, undef]);
is $got[0]{success}, true, 'until it is free';

done_testing;
