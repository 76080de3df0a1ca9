# SPDX-License-Identifier: MIT
# The meter: who may charge whom, what is refused, and that a key charges once.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my $key = key_caller('ab' x 32);
$db->sql(q{select core.key_create('app', ?)}, 'ab' x 32);
$db->sql(q{select core.key_create('narrow', ?, '{other}')}, 'cd' x 32);
my $user = ask($dbh, 'api.users', $key, 'u1', 'u1@example.test')->{user}{id};

sub meter ($caller, $user, $agent, $quantity, $idem = undef, $metadata = undef) {
	my $json = defined $metadata ? encode_json($metadata) : undef;
	return ask($dbh, 'api.credit_meter', $caller, $user, $agent, $quantity, $idem, $json);
}

sub refused ($got, $want, $name) { is_deeply $got, $want, $name }

my $first = meter($key, $user, 'chat', 2, 'k1', { task => 1 });
is_deeply $first, { success => true, transaction_id => $first->{transaction_id}, charged => 2, balance => 3,
	replayed => false }, 'a charge';
is_deeply meter($key, $user, 'chat', 2, 'k1', { task => 1 }), { %$first, replayed => true }, 'the same again is a replay';
refused meter($key, $user, 'chat', 3, 'k1', { task => 1 }), { error => 'idempotency_conflict', status => 409 }, 'another quantity conflicts';
refused meter($key, $user, 'image', 2, 'k1', { task => 1 }), { error => 'idempotency_conflict', status => 409 }, 'another agent conflicts';
refused meter($key, $user, 'chat', 2, 'k1'), { error => 'idempotency_conflict', status => 409 }, 'other metadata conflict';
refused meter($key, $user, 'image', 1, 'k2'), { error => 'insufficient_credits', status => 402, balance => 3, required => 5 },
    'too little is said with numbers';
$db->sql(q{select core.credits_grant(?, 'bonus', 10, 'gift:1', core.now())}, $user);
is meter($key, $user, 'image', 1, 'k2')->{balance}, 8, 'a refused key charges when there is enough';
is meter($key, $user, 'image', undef)->{charged}, 5, 'no quantity means one';
is meter($key, 'u1', 'chat', 1)->{balance}, 2, "the application's own id names the user too";

refused meter($key, $user, 'chat', $_), { error => 'invalid_field', status => 422, field => 'quantity' }, "quantity $_ is refused"
    for 0, -1, 1_000_001, '9223372036854775807', '-9223372036854775808';
refused meter($key, $user, 'chat', 1_000_000), { error => 'insufficient_credits', status => 402, balance => 2, required => 1_000_000 },
    'the largest quantity is only expensive';
$db->sql(q{update agent_pricing set credits = 1000000000 where agent = 'image'});
refused meter($key, $user, 'image', 1_000_000), { error => 'insufficient_credits', status => 402, balance => 2,
	required => 1_000_000_000_000_000 }, 'the dearest charge does not overflow';
refused meter($key, $user, $_, 1), { error => 'unknown_agent', status => 404 }, "agent $_ is unknown" for 'nobody', 'Chat';
refused meter($key, $user, $_, 1), { error => 'invalid_field', status => 422, field => 'agent' }, 'an agent must be named' for undef, '';
refused meter($key, $user, 'chat', 1, $_), { error => 'invalid_field', status => 422, field => 'idempotency_key' },
    'a key of ' . length($_) . ' characters is refused' for '', 'x' x 256;
refused meter($key, $user, 'chat', 1, undef, $_), { error => 'invalid_field', status => 422, field => 'metadata' },
    'metadata must be an object' for [1], 'text', 5;
refused meter($key, $_, 'chat', 1), { error => 'unknown_user', status => 404 }, 'an unknown user'
    for 'nobody', '00000000-0000-0000-0000-000000000000', "x' or 1=1";
refused meter($key, $_, 'chat', 1), { error => 'invalid_field', status => 422, field => 'user_id' }, 'a key must name the user'
    for undef, '';
refused meter($_, $user, 'chat', 1), { error => 'unauthorized', status => 401 }, 'no valid caller'
    for undef, '{}', key_caller('ff' x 32), key_caller('short'), session_caller('ab' x 32), '{"cron":true}';
refused meter(key_caller('cd' x 32), $user, 'chat', 1), { error => 'forbidden', status => 403 }, 'a key of another scope';
$db->sql(q{update agent_pricing set active = false where agent = 'image'});
refused meter($key, $user, 'image', 1), { error => 'unknown_agent', status => 404 }, 'an agent that is switched off';
is meter($key, $user, 'image', 1, 'k2')->{replayed}, true, 'but what was charged before is still answered';
is $db->value('select balance from credits where user_id = ?', $user), 2, 'all that was refused changed nothing';
is $db->value('select count(*) from credit_transactions where user_id = ?', $user), 6, 'and left no row';

# A person charges themselves only.
is meter(user_caller('u1'), undef, 'chat', 1)->{balance}, 1, 'a token charges its own user';
is meter(user_caller('u1'), $user, 'chat', 1)->{balance}, 0, 'who may name themselves';
refused meter(user_caller('u2'), $user, 'chat', 1), { error => 'forbidden', status => 403 }, 'but nobody else';
is meter(user_caller('u3'), undef, 'chat', 5)->{balance}, 0, 'a first token makes its user, with the trial';
refused meter(user_caller('u3'), undef, 'chat', 1), { error => 'insufficient_credits', status => 402, balance => 0, required => 1 },
    'once';
refused meter(user_caller(@$_), undef, 'chat', 1), { error => 'unauthorized', status => 401 }, "a token with " . encode_json($_) . " is refused"
    for ['u1', exp => 1], ['u1', exp => undef], ['u1', exp => '9999999999'], ['u1', nbf => time + 1000], [''], ['x' x 256], [undef], [5];

# A free agent costs nothing and needs nothing.
$db->sql(q{insert into agent_pricing (agent, credits) values ('free', 0)});
is meter($key, $user, 'free', 3)->{charged}, 0, 'a free agent charges nothing, of nothing';

# Burn order: priority, earliest expiry, granted before paid, oldest.
my $burn = ask($dbh, 'api.users', $key, 'burner', undef)->{user}{id};
my $lot = sub ($name, $source, $expires, $granted, $priority = 0) {
	$db->sql(q{select core.credits_grant(?, ?, 10, ?, core.now() + ?::interval, null, core.now() + ?::interval)},
		$burn, $source, $name, $granted, $expires);
	$db->sql(q{update credit_lots set priority = ? where effect = ?}, $priority, $name);
};
$lot->('paid-new', 'purchase', undef, '-1 day');
$lot->('paid-old', 'purchase', undef, '-9 days');
$lot->('gift', 'bonus', undef, '-2 days');
$lot->('soon', 'purchase', '2 days', '-1 day');
$lot->('sooner', 'purchase', '1 day', '-1 day');
$lot->('first', 'purchase', undef, '0', -1);
$lot->('last', 'bonus', '1 hour', '-20 days', 1);
my @order = map { $_->{effect} } map {
	my $id = meter($key, $burn, 'chat', 10)->{transaction_id};
	$db->sql(q{select l.effect from transaction_lots t join credit_lots l on l.id = lot_id where transaction_id = ? order by l.paid}, $id);
} 1 .. 5;
is_deeply \@order, [qw(first sooner soon gift), "trial:$burn", 'paid-old'], 'lots burn in order'
    or diag "@order";
is_deeply [map { $_->{remaining} } @{ ask($dbh, 'api.credits', $key, $burn)->{lots} }], [5, 10, 10], 'the rest is left in order';
is meter($key, $burn, 'chat', 25)->{balance}, 0, 'one charge may take several lots';

# What has expired is not spendable, swept or not.
my $late = ask($dbh, 'api.users', $key, 'late', undef)->{user}{id};
$db->sql(q{select core.credits_grant(?, 'bonus', 7, 'gift:late', core.now(), null, core.now() + interval '1 day')}, $late);
is ask($dbh, 'api.credits', $key, $late)->{next_expiry}{amount}, 7, 'the next expiry is shown';
$db->clock_move('1 day');
is ask($dbh, 'api.credits', $key, $late)->{available}, 5, 'expired credits are not shown as available';
refused meter($key, $late, 'chat', 6), { error => 'insufficient_credits', status => 402, balance => 5, required => 6 },
    'expired credits are not spendable';
is meter($key, $late, 'chat', 1)->{balance}, 4, 'what is left is';
is $db->value(q{select amount from credit_transactions where user_id = ? and type = 'expiry'}, $late), -7, 'the debit booked the expiry';
$db->clock_move('-1 day');

# Activity counts once a day, by the user's calendar.
is ask($dbh, 'api.credits', $key, $late)->{streak}{days}, 0, 'no streak before today';
meter($key, $late, 'chat', 1);
$db->clock_move('1 day');
meter($key, $late, 'chat', 1) for 1 .. 2;
is ask($dbh, 'api.credits', $key, $late)->{streak}{days}, 2, 'two days in a row';
$db->clock_move('1 day');
is ask($dbh, 'api.credits', $key, $late)->{streak}{days}, 2, 'yesterday still counts';
$db->clock_move('1 day');
is ask($dbh, 'api.credits', $key, $late)->{streak}{days}, 0, 'a missed day ends it';
$db->clock_move('-3 days');

# One key from twenty clients at once: one charge, nineteen replays, no error.
$db->sql(q{select core.credits_grant(?, 'bonus', 1000, 'gift:race', core.now())}, $user);
for my $round (1 .. 5) {
	my $before = $db->value('select balance from credits where user_id = ?', $user);
	my @got = race($db, map { ['api.credit_meter', $key, $user, 'chat', 3, "race$round", undef] } 1 .. 20);
	is_deeply [scalar(grep { $_->{success} && !$_->{replayed} } @got), scalar(grep { $_->{success} && $_->{replayed} } @got),
		$before - $db->value('select balance from credits where user_id = ?', $user)], [1, 19, 3],
	    "one key, twenty clients: one charge, nineteen replays (round $round)";
	is scalar(keys %{ { map { $_->{transaction_id} => 1 } @got } }), 1, 'and one transaction';
}

# Twenty clients for the last five credits.
my $poor = ask($dbh, 'api.users', $key, 'poor', undef)->{user}{id};
my @got = race($db, map { ['api.credit_meter', $key, $poor, 'chat', 1, "p$_", undef] } 1 .. 20);
is scalar(grep { $_->{success} } @got), 5, 'five credits pay five';
is scalar(grep { ($_->{error} // '') eq 'insufficient_credits' } @got), 15, 'fifteen are refused';

# A user who comes into being twenty times at once.
@got = race($db, map { ['api.credit_meter', user_caller('twenty'), undef, 'chat', 1, 'same', undef] } 1 .. 20);
is scalar(grep { $_->{success} } @got), 20, 'twenty first calls of one user all succeed';
is $db->value(q{select balance from credits join users on id = user_id where external_id = 'twenty'}), 4, 'one trial, one charge';

is verify_clean($dbh), '', 'clean books';

done_testing;
