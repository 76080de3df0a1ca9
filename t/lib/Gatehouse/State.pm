# SPDX-License-Identifier: MIT
package Gatehouse::State;

# A dump of what must be equal after equal histories: money, seats, orders and
# events, without what may differ (generated ids, times, how often delivered,
# and the running balance, which depends on the order of arrival).

use Mojo::Base -strict, -signatures;

# A person's name: what the world outside calls them.
my $person = <<'SQL';
	coalesce(u.external_id,
		(select string_agg(i.kind || ':' || i.subject, ' ' order by i.kind, i.subject)
		 from identities i where i.user_id = u.id), u.email, 'nobody')
SQL

# Section => query of one text column; {person} is the name of user u.
my %query = (
	balance => 'select concat_ws(%s, {person}, c.balance, c.debt)
		from credits c join users u on u.id = c.user_id',
	event => 'select concat_ws(%s, id, type) from stripe_events',
	hold => 'select concat_ws(%s, {person}, h.amount, h.state, h.captured)
		from credit_holds h join users u on u.id = h.user_id',
	invites => 'select concat_ws(%s, count(*), count(used_at)) from invites_pool',
	# What went back is booked step by step in the order of arrival: its sum counts.
	ledger => q(select concat_ws(%s, {person}, t.type, t.amount, t.effect)
		from credit_transactions t join users u on u.id = t.user_id where t.type <> 'refund'),
	reversal => q(select concat_ws(%s, {person}, sum(t.amount), sum(t.debt))
		from credit_transactions t join users u on u.id = t.user_id where t.type = 'refund'
		group by u.id having sum(t.amount) <> 0 or sum(t.debt) <> 0),
	revoked => 'select concat_ws(%s, {person}, o.session_id) from seat_revocations r
		join orders o on o.id = r.order_id left join users u on u.id = r.user_id where r.lifted_at is null',
	taken => 'select concat_ws(%s, effect, clawed, lent) from credit_lots where clawed > 0 or lent > 0',
	reversed => 'select concat_ws(%s, effect, reversed, clawed, gone) from payments where reversed > 0',
	lot => 'select concat_ws(%s, {person}, l.source, l.amount, l.remaining, l.priority, l.effect,
			l.expires_at is not null, o.session_id)
		from credit_lots l join users u on u.id = l.user_id left join orders o on o.id = l.order_id',
	order => 'select concat_ws(%s, o.session_id, {person}, o.price_id, o.mode, o.status, o.amount, o.currency,
			o.credits, o.discord, o.customer, o.payment_intent, o.invoice, o.paid_at is not null)
		from orders o left join users u on u.id = o.user_id',
	# What was so for a while may differ: alerts, questions to Stripe, notices of a low balance.
	outbox => q(select concat_ws(%s, kind, dedupe_key) from outbox where kind not like 'alert%'
		and kind not like 'stripe%lines' and kind <> 'low_balance'),
	payment => 'select concat_ws(%s, {person}, p.effect, p.status, p.amount, p.currency, p.credits, p.subscription_id)
		from payments p left join users u on u.id = p.user_id',
	price => 'select concat_ws(%s, id, product_id, active, unit_amount, credits, discord) from prices',
	seat => 'select concat_ws(%s, {person}, o.session_id, s.state)
		from seats s left join users u on u.id = s.user_id left join orders o on o.id = s.order_id',
	subscription => 'select concat_ws(%s, s.id, {person}, s.customer, s.price_id, s.status)
		from subscriptions s left join users u on u.id = s.user_id',
	user => 'select {person} from users u',
);

# The dump: one line per row, sorted, as text.  $dbh reads all tables.
sub dump ($dbh) {
	my @lines;
	for my $section (sort keys %query) {
		my $sql = $query{$section} =~ s/\{person\}/$person/gr =~ s/%s/' | '/gr;
		push @lines, map { "$section: $_" } sort map { _plain($_) } @{ $dbh->selectcol_arrayref($sql) };
	}
	return join '', map { "$_\n" } @lines;
}

# Without the ids that the database made up.
sub _plain ($line) {
	my $hex = qr/[0-9a-f]/;
	return ($line // '') =~ s/$hex{8}-$hex{4}-$hex{4}-$hex{4}-$hex{12}/ID/gr;
}

1;
