# SPDX-License-Identifier: MIT
# Users, keys, sessions and one-time links.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use List::Util 'uniq';
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my $address = 0;
my ($key, $link, $cookie) = ('ab' x 32, 'cd' x 32, 'ef' x 32);
$db->sql(q{select core.key_create('app', ?)}, $key);

# Users by a service key.
my $made = ask($dbh, 'api.users', key_caller($key), 'ext', 'a@example.test');
is_deeply $made, { user => { id => $made->{user}{id}, external_id => 'ext', email => 'a@example.test',
	referral_code => $made->{user}{referral_code}, referred_by => undef } }, 'a user is made';
is_deeply ask($dbh, 'api.users', key_caller($key), 'ext', 'b@example.test'), $made, 'and found again, unchanged';
is $db->value('select sum(balance) from credits'), 5, 'with five trial credits, once';
is $db->value(q{select count(*) from users where substr(id::text, 15, 1) = '7'
	and abs(('x' || replace(left(id::text, 13), '-', ''))::bit(48)::bigint / 1000 - extract(epoch from clock_timestamp())) < 600}),
    1, 'ids grow with time: who came together stands together';
is ask($dbh, 'api.users', key_caller($key), @$_[0, 1])->{field}, $_->[2], "bad $_->[2]"
    for [undef, undef, 'external_id'], ['', undef, 'external_id'], ['x' x 256, undef, 'external_id'], ['e', '', 'email'],
    ['e', 'no', 'email'], ['e', 'a@b' . 'c' x 320, 'email'], ['e', 'a b@c', 'email'];
is ask($dbh, 'api.users', $_, 'e', undef)->{error}, 'unauthorized', 'only keys make users' for undef, user_caller('e'), session_caller($key);
is $db->value('select count(*) from users'), 1, 'refused calls made nobody';
my @got = race($db, map { ['api.users', key_caller($key), 'crowd', undef] } 1 .. 20);
is_deeply [scalar(uniq map { $_->{user}{id} // 'none' } @got), $db->value(q{select count(*) from credit_transactions where type = 'trial'})],
    [1, 2], 'twenty at once make one user with one trial';
is ask($dbh, 'api.credits', user_caller('ext'), undef)->{user_id}, $made->{user}{id}, 'a token of that subject is that user';
is ask($dbh, 'api.credits', user_caller($made->{user}{id}), undef)->{user_id}, $made->{user}{id}, 'and so is one of our own id';
is ask($dbh, 'api.credits', user_caller('ext', nbf => time + 3000), undef)->{error}, 'unauthorized', 'a token of the future';
$db->clock_move('2 hours');
is ask($dbh, 'api.credits', user_caller('ext'), undef)->{error}, 'unauthorized', 'a token of the past, by the moved clock';
$db->clock_move('-2 hours');

# Keys.
is ask($dbh, 'core.key_create', 'app', '01' x 32)->{field}, 'name', 'a live key has its name for itself';
is ask($dbh, 'core.key_create', 'new', 'short')->{field}, 'key_hash', 'only a digest is kept';
is ask($dbh, 'core.key_revoke', 'app'), true, 'a key is revoked';
is ask($dbh, 'core.key_revoke', 'app'), false, 'once';
is ask($dbh, 'api.credits', key_caller($key), 'ext')->{error}, 'unauthorized', 'and is worth nothing';
ok ask($dbh, 'core.key_create', 'app', '01' x 32), 'its name may be used again';
is ask($dbh, 'api.credits', key_caller('01' x 32), 'ext')->{balance}, 5, 'by another key';

# Links and sessions.
sub look ($hash) { ask($dbh, 'api.login_link', '192.0.2.' . ++$address, $hash) }
sub use_link ($hash, $session) {
	return ask($dbh, 'api.login', undef, '192.0.2.' . ++$address, $hash, $session, undef, undef);
}
my $operator = ask($dbh, 'core.admin_create', 'admin', $link);
is ask($dbh, 'core.admin_create', 'admin', '02' x 32), $operator, 'the operator stays the same person';
is ask($dbh, 'core.admin_create', $_, '03' x 32)->{field}, 'name', 'no such name' for '', undef, ' x', "a\nb", 'x' x 101;
is_deeply look($link), { name => 'admin' }, 'a link says whom it lets in';
is look($link)->{name}, 'admin', 'looking does not use it';
is look($_)->{refused}{error}, 'unknown_link', 'an unknown link' for 'ff' x 32, 'x', undef;
is use_link('ff' x 32, $cookie)->{refused}{error}, 'unknown_link', 'opens nothing';
@got = race($db, map { ['api.login', undef, "10.0.0.$_", $link, sprintf('%064x', $_), 'Firefox', undef] } 1 .. 20);
is scalar(grep { ($_->{landing} // '') eq '/admin' } @got), 1, 'of twenty that follow a link one gets in';
is scalar(grep { ($_->{refused}{error} // '') eq 'link_used' } @got), 19, 'the others are told it was used';
is $db->value('select count(*) from sessions'), 1, 'one session';
is look($link)->{refused}{error}, 'link_used', 'the link is used';
my $open = session_caller($db->value('select encode(token_hash, $$hex$$) from sessions'));
ok ask($dbh, 'api.admin', $open)->{orders}, 'the session sees the overview';
is ask($dbh, 'api.admin', $_)->{error}, 'unauthorized', 'nobody else does' for undef, '{}', session_caller('0a' x 32), key_caller('01' x 32);
is ask($dbh, 'api.credits', $open, undef)->{user_id}, $operator, 'a session is its user';
$db->sql('delete from user_roles');
is ask($dbh, 'api.admin', $open)->{error}, 'forbidden', 'without the role the overview is closed';
$db->sql(q{insert into user_roles (user_id, role) values (?, 'driver')}, $operator);
is ask($dbh, 'api.admin', $open)->{error}, 'forbidden', 'to drivers too';
$db->clock_move('30 days');
is ask($dbh, 'api.credits', $open, undef)->{error}, 'unauthorized', 'a session ends after thirty days';
is use_link('02' x 32, $cookie)->{refused}{error}, 'link_used', 'a link after a day';
$db->clock_move('-30 days');
$db->sql('update sessions set revoked_at = core.now()');
is ask($dbh, 'api.credits', $open, undef)->{error}, 'unauthorized', 'a revoked session is none';
is use_link('02' x 32, 'x')->{field}, 'session', 'a session needs its digest';
is use_link('02' x 32, $cookie)->{landing}, '/credits', 'a link that was not used works, for one who is no admin now';

# What monitors ask.
is ask($dbh, 'api.healthz')->{status}, 'ok', 'healthy';
is ask($dbh, 'api.healthz')->{schema}, $db->value(q{select max(left(name, 4)::int) from schema_migrations}), 'at the last migration';
is_deeply [grep { $_ !~ /^\d+$/ } values %{ ask($dbh, 'api.metrics') }], [], 'metrics are whole numbers';
is verify_clean($dbh), '', 'clean books';

done_testing;
