# SPDX-License-Identifier: MIT
# No call of a route reads a table from end to end, however large the site:
# PostgreSQL's own counters say so.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Gatehouse::Stripe qw(event invoice price session subscription);
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my $n   = 5000;
my $key = key_caller('ab' x 32);
$db->sql(q{select core.key_create('app', ?)}, 'ab' x 32);
$db->sql(q{select core.price_apply('{"id":"p","product":"d","active":true,"unit_amount":499,"currency":"usd","metadata":{"credits":"100"}}')});
$db->sql(q{select core.product_apply('{"id":"d","name":"D","active":true}')});

# A site with a past.
my @past = (
	q{insert into users (external_id) select 'u' || i from generate_series(1, $n) i},
	q{insert into identities (kind, subject, user_id) select 'stripe_customer', 'cus_' || external_id, id from users},
	q{select count(core.session_open(id, encode(sha256(external_id::bytea), 'hex'), null)) from users},
	q{insert into login_links select sha256(external_id::bytea), id, now(), now() + interval '1 day' from users},
	q{insert into service_keys (name, key_hash, created_at) select external_id, sha256(external_id::bytea), now() from users},
	q{insert into user_activity select id, current_date - 400 from users},
	q{select count(core.credits_grant(id, 'purchase', 1000, 'g:' || id, now())) from users},
	q{insert into orders (user_id, session_id, price_id, mode, status, paid_at, settled_at, discord, customer, subscription_id, created_at,
		idempotency_scope, idempotency_key) select id, 'cs_' || external_id, 'p', 'payment', 'paid', now(), now(), true, 'c',
		'sub_' || external_id, now(), 'guest', external_id from users},
	q{insert into stripe_events (id, type, created, payload, outcome, received_at) select 'evt_' || external_id, 'x', now(), '{}', 'recorded', now() from users},
	q{insert into payments (effect, status, user_id, order_id, event_id, credits, amount, currency, paid_at)
		select 'session:' || session_id, 'granted', user_id, id, replace(session_id, 'cs_', 'evt_'), 0, 5, 'usd', now() from orders},
	q{insert into payment_lines (payment_id, line, price_id, quantity) select id, 1, 'p', 1 from payments},
	q{insert into subscriptions (id, customer, status) select 'sub_' || external_id, 'c', 'active' from users},
	q{insert into subscription_items (id, subscription_id, price_id, quantity) select 'si_' || id, id, 'p', 1 from subscriptions},
	q{insert into invites_pool (code, invite_url, used_by, used_at) select 'c' || i, 'u', 'x' || i, now() from generate_series(1, $n) i},
	q{insert into invites_pool (code, invite_url) select 'd' || i, 'u' from generate_series(1, $n) i},
	q{insert into seats (user_id, order_id, order_ref, owed_at, state, asked_at, invite_id) select user_id, o.id, o.id::text, now(), 'allocated', now(), i.id
		from (select *, row_number() over () as n from orders) o join (select *, row_number() over (order by id) as n from invites_pool) i using (n) where n > 100},
	q{insert into user_roles (user_id, role) select id, 'driver' from users where external_id = 'u200'},
	q{insert into invitations (inviter_id, inviter_login, invite_code, status, recipient_id, recipient_first_name, recipient_username,
		recipient_telegram_id, accepted_at, created_at) select u.id, 'd' || i % 50, 'code-' || i, 'accepted', r.id, 'Ann' || i % 99,
			'user' || i, 700000 + i, now() + i * interval '1 second', now()
		from (select id, row_number() over () as i from users) u, users r where r.external_id = 'u1' and u.id <> r.id},
	q{insert into outbox (kind, dedupe_key, done_at) select 'x', 'x' || i, now() from generate_series(1, $n) i},
	q{select count(core.meter_charge(id, 'chat', 1, 'k', null)) from users},
	q{select count(core.hold_begin(id, null, null, 5, 'h', 60, null)) from users},
	q{select core.ledger_total((select max(id) from credit_transactions))},
);
$db->sql(s/\$n/$n/gr) for @past;
$db->sql('vacuum analyze');

# Rows read by sequential scans, so far, of the tables that grow; of invitations, which
# are searched, by any.
sub rows_scanned {
	$dbh->do('select pg_stat_force_next_flush()');
	return { map { $_->{relname} => $_->{n} } $db->sql(q{select relname, seq_tup_read
		+ case relname when 'invitations' then idx_tup_fetch else 0 end as n from pg_stat_user_tables
		where schemaname = 'public' and relname not in ('clock', 'prices', 'products', 'agent_pricing', 'schema_migrations', 'rollover_runs')}) };
}

my $now = $db->value('select extract(epoch from core.now())::bigint');
my $hook = sub ($event) { ['api.stripe_webhook', $now, encode_json($event)] };
my $member = user_caller('u200');
my %calls = (
	'meter by key'        => ['api.credit_meter', $key, 'u7', 'chat', 1, 'fresh', undef],
	'meter by token'      => ['api.credit_meter', $member, undef, 'chat', 1, 'fresh', undef],
	'meter, replayed'     => ['api.credit_meter', $key, 'u7', 'chat', 1, 'k', undef],
	'a hold'              => ['api.credit_hold', $key, 'u14', undef, undef, 3, 'fresh hold', undef, undef],
	'a capture'           => ['api.hold_capture', $key, $db->value(q{select h.id from credit_holds h join users u on u.id = user_id where external_id = 'u15'}), 2, 'fresh capture'],
	'history'             => ['api.credit_transactions', $key, 'u8', undef, 20, 'usage', undef, undef],
	'explain'             => ['api.credit_explain', $key, '4000'],
	'my credits'          => ['api.my_credits', session_caller($db->value(q{select encode(sha256('u16'), 'hex')})), undef],
	'credits'             => ['api.credits', $key, 'u8'],
	'users, known'        => ['api.users', $key, 'u9', undef],
	'users, new'          => ['api.users', $key, 'new', undef],
	'pricing'             => ['api.pricing'],
	'healthz'             => ['api.healthz'],
	'checkout'            => ['api.checkout_begin', $member, 'p', undef, 'fresh'],
	'checkout, again'     => ['api.checkout_begin', undef, 'p', undef, 'u10'],
	'success'             => ['api.success', 'cs_u300'],
	'invite of a session' => ['api.get_discord_invite', undef, 'cs_u301', undef, undef],
	'invite of a member'  => ['api.get_discord_invite', $member, undef, undef, undef],
	'invite of a name'    => ['api.get_discord_invite', $key, undef, 'a name', undef],
	'a fresh invite'      => ['api.allocate_invite'],
	'login link'          => ['api.login_link', '10.0.0.1', 'ff' x 32],
	'an event again'      => $hook->(event('x', {}, id => 'evt_u5')),
	'a paid session'      => $hook->(event('checkout.session.completed', session('cs_fresh', customer => 'cus_u11', metadata => { price_id => 'p' }))),
	'a paid invoice'      => $hook->(event('invoice.paid', invoice('in_fresh', price => 'p', subscription => 'sub_u12', customer => 'cus_u12'))),
	'a subscription'      => $hook->(event('customer.subscription.updated', subscription('sub_u13', 'p', customer => 'cus_u13'))),
	'a price'             => $hook->(event('price.updated', price('p', product => 'd', metadata => { credits => '100' }))),
	'metrics'             => ['api.metrics'],
	'own invitations'     => ['api.my_invitations', session_caller($db->value(q{select encode(sha256('u200'), 'hex')})), undef, undef],
	'messages forgotten'  => ['core.outbox_forget', '2000-01-01', 1000],
	(map { my ($name, @search) = @$_; ("all invitations $name" => ['core.invitations_search', @search, 50]) }
		['by code', undef, 'CODE-4711', undef, undef], ['by a name, ordered', undef, 'user4711', 'recipient', undef],
		['by a number', undef, '704711', 'oldest', undef], ['of nobody', undef, 'nobody at all', undef, undef],
		['by a status there is none of', 'revoked', undef, undef, undef], ['expired', 'expired', undef, 'inviter', undef],
		map { ["ordered: $_", undef, undef, $_, undef], ["ordered: $_, on", undef, undef, $_, 2500] } qw(newest oldest accepted inviter recipient)),
	'the ledger summed'   => ['core.ledger_sums'],
	'accounts of a month' => ['core.rollover_next', undef, '2000-01-01', 500],
	'the last orders'     => ['core.admin_orders', 20],
	'the last events'     => ['core.admin_events', 20],
);
for my $name (sort keys %calls) {
	my $before = rows_scanned();
	ask($dbh, @{ $calls{$name} });
	my $after = rows_scanned();
	is_deeply { map { $_ => $after->{$_} - $before->{$_} } grep { $after->{$_} > $before->{$_} + 100 } keys %$after }, {},
	    "$name reads no table through";
}

done_testing;
