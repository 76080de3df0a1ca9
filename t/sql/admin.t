# SPDX-License-Identifier: MIT
# The overview counts what is there.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Gatehouse::Stripe qw(event invoice payload payloads session);
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my $operator = $db->value(q{select core.user_create('operator', null)});
$db->sql(q{insert into user_roles (user_id, role) values (?, 'admin')}, $operator);
$db->sql(q{select core.session_open(?, ?, null)}, $operator, 'ef' x 32);
my $admin = session_caller('ef' x 32);
my $look  = sub { ask($dbh, 'api.admin', $admin) };

my $empty = $look->();
is_deeply $empty->{orders}, { open => 0, pending => 0, paid => 0, failed => 0, expired => 0, refunded => 0 }, 'no orders yet';
is_deeply [@{ $empty->{revenue} }{qw(today days30 currency)}, scalar @{ $empty->{revenue}{days} }], [0, 0, 'usd', 30], 'no revenue, thirty days of it';
is_deeply [@$empty{qw(recent_orders recent_events unpriced)}], [[], [], 0], 'nothing happened';

# The last moment of a UTC day, and a server that lives in another zone.
$dbh->do(q{set timezone = 'America/New_York'});
$db->sql(q{select core.clock_move(date_trunc('day', core.now(), 'UTC') + interval '1 day' - interval '1 second' - core.now())});
my $now = $db->value('select extract(epoch from core.now())::bigint');
$db->sql(q{select core.price_apply('{"id":"p","product":"d","active":true,"unit_amount":499,"currency":"usd","metadata":{"credits":"100"}}')});
events_deliver($dbh,
	event('checkout.session.completed', session('cs_now', customer => 'c1', metadata => { price_id => 'p' }), created => $now),
	event('checkout.session.completed', session('cs_morning', customer => 'c2', metadata => { price_id => 'p' }), created => $now - 86399),
	event('checkout.session.completed', session('cs_yesterday', customer => 'c3', metadata => { price_id => 'p' }), created => $now - 86400),
	event('checkout.session.completed', session('cs_month', customer => 'c4', metadata => { price_id => 'p' }), created => $now - 29 * 86400),
	event('checkout.session.completed', session('cs_old', customer => 'c5', metadata => { price_id => 'p' }), created => $now - 30 * 86400),
	event('checkout.session.completed', session('cs_strange', customer => 'c6'), created => $now - 1),
	event('checkout.session.expired', session('cs_gone'), created => $now));
events_deliver($dbh, event('charge.refunded', { id => 'ch_1' }, id => 'evt_twice')) for 1 .. 2;
$db->sql(q{insert into invites_pool (code, invite_url) values ('a', 'u'), ('b', 'u')});
ask($dbh, 'api.get_discord_invite', undef, $_, undef, undef) for qw(cs_now cs_morning cs_yesterday);
my $page = $look->();
is_deeply [@{ $page->{orders} }{qw(paid expired open)}], [6, 1, 0], 'orders by status';
is_deeply [@{ $page->{revenue} }{qw(today days30 highest)}], [3 * 499, 5 * 499, 3 * 499], 'revenue by UTC days';
is_deeply [map { $_->{amount} } @{ $page->{revenue}{days} }], [499, (0) x 27, 499, 1497], 'each in its place';
is_deeply $page->{pool}, { left => 0, used => 2, owed => 1 }, 'the pool';
is_deeply $page->{events}, { applied => 8, recorded => 0, duplicates => 1 }, 'the events';
is $page->{unpriced}, 1, 'what nobody could price';
is_deeply [@{ $page->{credits} }{qw(balance ledger)}], [500 + 7 * 5, 500 + 7 * 5], 'credits and their ledger';
my ($order) = grep { $_->{seat} && $_->{seat} eq 'owed' } @{ $page->{recent_orders} };
is_deeply [@$order{qw(status amount currency credits)}], ['paid', 499, 'usd', 100], 'an order in the list';
is scalar @{ $page->{recent_events} }, 8, 'the events in the list';
my $sums = sub { join ' ', @{ $look->()->{credits} }{qw(balance ledger spent_today)} };
my $spend = sub { $db->sql(q{select core.meter_charge(user_id, 'chat', 2, null, null) from credits}) };
$spend->();
is $sums->(), '521 521 14', 'spent credits, not sealed yet';
$db->value('select core.ledger_seal()');
is $db->value('select sum(rows) - (select count(*) from credit_transactions) from ledger_totals'), 0, 'sealing sums the rows by day';
is $sums->(), '521 521 14', '... and changes nothing to see';
$spend->();
is $sums->(), '507 507 28', 'what came since is added';
$db->clock_move('1 day');
$db->value('select core.ledger_seal()') for 1 .. 2;
is $sums->(), '507 507 0', 'another day, nothing spent';
is verify_clean($dbh), '', 'clean books';

done_testing;
