# SPDX-License-Identifier: MIT
# One invite per seat, one live seat per person, nobody overtaken, nobody
# forgotten: the pool under concurrency.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Gatehouse::Stripe qw(event session);
use List::Util qw(shuffle uniq);
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my $key = key_caller('ab' x 32);
$db->sql(q{select core.key_create('app', ?)}, 'ab' x 32);
$db->sql(q{insert into products (id, name, active) values ('prod_o', 'Top-up', true)});
$db->sql(q{select core.price_apply('{"id":"price_o","product":"prod_o","active":true,"unit_amount":499,"currency":"usd","metadata":{"credits":"100"}}')});
$db->sql(q{select core.price_apply('{"id":"price_n","product":"prod_o","active":true,"unit_amount":499,"currency":"usd","metadata":{"credits":"1","discord":"no"}}')});

sub buy ($session, %fields) {
	return events_deliver($dbh, event('checkout.session.completed', session($session, customer => "cus_$session",
		metadata => { price_id => 'price_o' }, %fields)));
}
sub press ($session) { ask($dbh, 'api.get_discord_invite', undef, $session, undef, undef) }
sub page  ($session) { ask($dbh, 'api.success', $session) }
sub stock (@codes) {
	$db->sql('insert into invites_pool (code, invite_url) select c, $$https://discord.gg/$$ || c from unnest(?::text[]) c', \@codes);
}

# The page of one buyer, step by step.
is_deeply page('cs_none'), { error => 'unknown_order', status => 404 }, 'an unknown session';
is press('cs_none')->{error}, 'unknown_order', 'has no invite';
buy('cs_a');
is page('cs_a')->{state}, 'ready', 'a paid order is ready';
is $db->value('select count(*) from seats where asked_at is not null'), 0, 'looking asks for nothing';
is_deeply press('cs_a'), { data => undef, state => 'owed' }, 'an empty pool owes';
is page('cs_a')->{state}, 'owed', 'and the page says so';
is $db->value(q{select count(*) from outbox where kind = 'alert_pool_empty'}), 1, 'the operator is told';
press('cs_a');
is $db->value(q{select count(*) from outbox where kind = 'alert_pool_empty'}), 1, 'once';
stock('first');
is page('cs_a')->{invite}{code}, 'first', 'new stock is for who waits';
is press('cs_a')->{data}{code}, 'first', 'the button shows the same';
is_deeply [sort keys %{ press('cs_a')->{data} }], [qw(code expires_at invite_url)], 'with the link';
buy('cs_a2', customer => 'cus_cs_a');
is_deeply [@{ page('cs_a2') }{qw(state shared)}, page('cs_a2')->{invite}{code}], ['allocated', true, 'first'],
    'a later order of the same person shows the seat they have';
is press('cs_a2')->{data}{code}, 'first', 'and takes no second one';
buy('cs_n', metadata => { price_id => 'price_n' });
is page('cs_n')->{state}, 'none', 'a product without a seat';
is press('cs_n')->{error}, 'no_seat', 'has none to give';
buy('cs_u', payment_status => 'unpaid');
is page('cs_u')->{state}, 'waiting', 'unpaid waits';
is press('cs_u')->{error}, 'not_paid', 'and gets nothing yet';
buy('cs_r');
$db->sql(q{update orders set status = 'refunded' where session_id = 'cs_r'});
is_deeply [page('cs_r')->{state}, press('cs_r')->{error}], [qw(refunded order_refunded)], 'a refunded order';
$db->sql(q{update orders set status = 'paid' where session_id = 'cs_r'}); # as its money says
buy('cs_v');
$db->sql(q{update seats set state = 'revoked' from orders o where o.id = order_id and session_id = 'cs_v'});
is_deeply [page('cs_v')->{state}, press('cs_v')->{error}], [qw(revoked seat_revoked)], 'a revoked seat';

# An invite that expires unused is replaced, three times.
buy('cs_e');
for my $n (1 .. 4) {
	$db->sql(q{insert into invites_pool (code, invite_url, expires_at) values (?, 'https://discord.gg/e', core.now() + interval '1 hour')}, "exp$n");
	is press('cs_e')->{data}{code}, "exp$n", "invite $n is given";
	$db->clock_move('2 hours');
	is page('cs_e')->{state}, $n < 4 ? 'ready' : 'allocated', 'and when it expires ' . ($n < 4 ? 'another may be asked for' : 'that was the last');
}
is press('cs_e')->{error}, 'link_used', 'no fifth one';
$db->clock_move('-8 hours');

# Service keys, tokens, strangers.
stock(map { "k$_" } 1 .. 6);
my $by = sub (@args) { ask($dbh, 'api.get_discord_invite', $key, undef, @args) };
is $by->('ref 1', undef)->{data}{code}, 'k1', 'a key gets an invite for a reference';
is $by->('ref 1', undef)->{data}{code}, 'k1', 'the same for the same';
my $user = ask($dbh, 'api.users', $key, 'member', undef)->{user}{id};
is $by->(undef, $user)->{data}{code}, 'k2', 'and for a user';
is $by->(undef, 'member')->{data}{code}, 'k2', 'the same for the same';
is $by->('ref of member', 'member')->{data}{code}, 'k2', 'a person has one live seat, whatever the reference';
is $by->(undef, undef)->{data}{code}, 'k3', 'with neither a fresh one';
is $by->(undef, undef)->{data}{code}, 'k4', 'each time';
is $by->($db->value(q{select id from orders where session_id = 'cs_a'}), undef)->{data}{code}, 'first', 'an order by its id';
is $by->('cs_a2', undef)->{data}{code}, 'first', 'or its session';
is $by->('x' x 256, undef)->{field}, 'order_ref', 'a reference has its limits';
is ask($dbh, 'api.get_discord_invite', user_caller('member'), undef, undef, undef)->{data}{code}, 'k2', 'a member gets their own';
is ask($dbh, 'api.get_discord_invite', user_caller('other'), undef, undef, undef)->{error}, 'not_paid', 'who paid nothing gets nothing';
is ask($dbh, 'api.get_discord_invite', user_caller('other'), undef, undef, $user)->{error}, 'forbidden', "nor somebody else's";
is ask($dbh, 'api.get_discord_invite', undef, undef, undef, undef)->{error}, 'unauthorized', 'a stranger needs the session';
is $db->value('select allocate_invite()->>$$code$$'), 'k5', 'SQL takes the next';
is $db->value('select allocate_invite($$note$$)->>$$code$$'), 'k6', 'or one for a note';
is $by->(undef, undef)->{state}, 'empty', 'a fresh one of an empty pool';
is $db->value('select allocate_invite()'), undef, 'is NULL in SQL';
is verify_clean($dbh), '', 'clean books';

# 64 clients, 50 invites: 50 get different ones, 14 are owed; 14 more come and
# are given in the order of asking.
my @sessions = map { sprintf 'cs_crowd%02d', $_ } 1 .. 64;
buy($_) for @sessions;
stock(map { "crowd$_" } 1 .. 50);
my @got = race($db, map { ['api.get_discord_invite', undef, $_, undef, undef] } @sessions);
is scalar(uniq map { $_->{data}{code} } grep { $_->{data} } @got), 50, '50 different codes';
is scalar(grep { !$_->{data} && ($_->{state} // '') eq 'owed' } @got), 14, '14 owed';
my @waiting = @{ $dbh->selectcol_arrayref(q{select session_id from seats s join orders o on o.id = order_id
	where state = 'owed' and asked_at is not null order by asked_at, s.id}) };
is scalar @waiting, 14, 'in a queue';
stock('late1');
is page($waiting[0])->{invite}{code}, 'late1', 'who asked first is served first';
is_deeply [map { page($_)->{state} } @waiting[1 .. 13]], [('owed') x 13], 'the others wait on';
is $db->value('select allocate_invite()'), undef, 'nobody else takes what is theirs';
stock(map { "late$_" } 2 .. 20);
is_deeply [map { page($_)->{invite}{code} } @waiting], [map { "late$_" } 1 .. 14], 'stock is given in the order of asking';
is $db->value('select count(*) from invites_pool where used_at is null'), 6, 'the rest stays in the pool';

# Twenty tabs of one order, and one reference from twenty clients.
buy('cs_tabs');
@got = race($db, map { ['api.get_discord_invite', undef, 'cs_tabs', undef, undef] } 1 .. 20);
is scalar(uniq map { $_->{data}{code} // 'none' } @got), 1, 'twenty tabs see one invite';
@got = race($db, map { ['api.allocate_invite', 'one ref'] } 1 .. 20);
is scalar(uniq map { $_->{code} // 'none' } @got), 1, 'twenty calls with one reference too';
is $db->value('select count(*) from invites_pool where used_at is null'), 4, 'and no other invite was used up';
@got = race($db, map { ['api.get_discord_invite', $key, undef, "ref of both $_", 'member'] } 1 .. 20);
is_deeply [uniq map { $_->{data}{code} } @got], ['k2'], 'twenty references of one person share the seat';
$db->sql('select allocate_invite() from generate_series(1, 4)');

# The lost wake-up: who finds the pool empty while stock arrives is served by
# one of the two, every time.
$db->sql(q{create function restock(c text) returns text language sql
	as 'insert into public.invites_pool (code, invite_url) values (c, $$u$$) returning code'});
my $served = 0;
for my $round (1 .. 40) {
	my $session = "cs_wake$round";
	buy($session);
	my @calls = shuffle(['api.get_discord_invite', undef, $session, undef, undef], ['restock', "wake$round"]);
	race($db, @calls);
	my $page = page($session);
	$served++ if $page->{state} eq 'allocated' && $page->{invite}{code} eq "wake$round";
}
is $served, 40, 'no wake-up is lost in 40 rounds';

# A taker that gives up while another found the pool empty: the other gets it.
buy($_) for 'cs_quit', 'cs_next';
stock('shared');
my $quitter = $db->cluster->connect($db->name);
$quitter->begin_work;
is ask($quitter, 'api.get_discord_invite', undef, 'cs_quit', undef, undef)->{data}{code}, 'shared', 'one takes the last';
my ($waiter) = Race::start($db, 'api.get_discord_invite', undef, 'cs_next', undef, undef);
poll(sub { $db->value(q{select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()}) });
$quitter->rollback;
is Race::finish($waiter)->{data}{code}, 'shared', 'and gives up: who came next has it';

# Takers, stock and killed clients, all at once and at random.
my @crowd = map { "cs_mix$_" } 1 .. 60;
buy($_) for @crowd;
my $chaos = sub ($n) {
	return sub ($dbh) {
		srand $n;
		for my $session (shuffle @crowd) {
			ask($dbh, 'restock', "mix$n-$session") if rand() < 0.15;
			$dbh->begin_work if rand() < 0.3;
			ask($dbh, 'api.get_discord_invite', undef, $session, undef, undef);
			$dbh->rollback unless $dbh->{AutoCommit};
		}
	};
};
ok ask_all($db, map { $chaos->($_) } 1 .. 6), 'takers, stock and quitters at once: no error';
is verify_clean($dbh), '', 'one invite per seat, nobody waits while there is stock';
is $db->value(q{select count(*) from invites_pool where used_at is not null and used_by like '%-%-%-%-%'
	and not exists (select from seats where invite_id = invites_pool.id) and code like 'mix%'}), 0, 'no invite was lost on the way';

done_testing;
