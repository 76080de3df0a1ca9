# SPDX-License-Identifier: MIT
package Gatehouse::Year;

# The events of one customer's year at Stripe, in the shapes of today or of 2020:
# purchases, a subscription and its renewals, a failed payment, a plan change and
# back, partial refunds, a refund that fails, disputes lost and won.

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use Gatehouse::Stripe qw(event session invoice subscription price product);

our @EXPORT_OK = qw(year year_of_a_trial bought_before);

# What a month, the dearer plan and the purchases cost (cents) and buy (credits).
my %price = (price_sub => [2000, 250], price_pro => [4000, 600], price_top => [1000, 100], price_big => [5000, 500]);

# The chapters of the year of that user (our id): list of [name, events], in the
# order in which it happened.  %o: now (seconds, the year's end); old => 1 for the
# shapes of 2020.
sub year ($user, %o) {
	my $self = bless { user => $user, %o }, __PACKAGE__;
	return map { my $name = $_; [$name =~ tr/_/ /r, $self->$name] } qw(catalogue the_first_month renewals a_failed_payment
		a_plan_change_and_back two_partial_refunds a_dispute_won a_dispute_lost a_purchase_half_refunded
		a_refund_that_fails a_refund_of_what_is_spent the_end);
}

# Another beginning: a trial month that costs nothing, then two that are paid.
sub year_of_a_trial ($user, %o) {
	my $self = bless { user => $user, %o }, __PACKAGE__;
	my $free = $self->session_of('sub', 'price_sub', mode => 'subscription', subscription => 'sub_ada', invoice => 'in_m0',
		payment_intent => undef, amount_total => 0, payment_status => 'no_payment_required');
	@$free{qw(amount_total display_items)} = (undef, [{ amount => 0, quantity => 1 }]) if $self->{old};
	return ($self->happens(-300, 'checkout.session.completed', $free), $self->subscribed(-300, 'created', 'trialing'),
		($self->paid(-300, 'm0', billing_reason => 'subscription_create', amount_paid => 0))[0],
		($self->paid(-270, 'm1'))[0], ($self->paid(-240, 'm2'))[0]);
}

# The purchase before the year that is refunded in it, by price_old ($4.99).
sub bought_before ($user, $now) {
	return event('checkout.session.completed', session('cs_old', customer => 'cus_ada', payment_intent => 'pi_old',
		metadata => { user_id => $user, price_id => 'price_old' }), id => 'evt_before', created => $now - 400 * 86400);
}

sub at ($self, $days) { $self->{now} + int 86400 * $days }
sub happens ($self, $days, $type, $object, %o) {
	state %n;
	my $id = join '_', 'evt', $self->{old} ? 'old' : 'new', $type =~ tr/./_/r, ++$n{ $self->{old} // 0 }{$type};
	return event($type, $object, id => $id, created => $self->at($days), api_version => $self->{old} ? '2020-03-02' : '2026-10-28.endive', %o);
}

sub catalogue ($self) {
	return ($self->happens(-360, 'product.created', product('prod_x')), map { $self->happens(-360, 'price.created', price($_,
		product => 'prod_x', unit_amount => $price{$_}[0], metadata => { credits => "$price{$_}[1]" },
		recurring => /sub|pro/ ? { interval => 'month' } : undef)) } sort keys %price);
}

# A finished session; in 2020 it said neither what it cost nor whether it was paid.
sub session_of ($self, $id, $price, %fields) {
	my $session = session("cs_$id", customer => 'cus_ada', amount_total => $price{$price}[0], metadata => { user_id => $self->{user}, price_id => $price }, %fields);
	return $session unless $self->{old};
	delete @$session{qw(payment_status amount_total amount_subtotal status customer_details currency)};
	$session->{display_items} = [{ amount => $price{$price}[0], currency => 'usd', quantity => 1, type => 'custom' }];
	return $session;
}

sub bought ($self, $days, $id, $price) {
	return $self->happens($days, 'checkout.session.completed', $self->session_of($id, $price, payment_intent => "pi_$id"));
}

# A paid invoice, and in today's shapes what ties its charge to it.
sub paid ($self, $days, $id, %fields) {
	my $bill = invoice("in_$id", price => 'price_sub', subscription => 'sub_ada', customer => 'cus_ada', amount_paid => 2000,
		amount_due => 2000, 2020 => $self->{old}, $self->{old} ? (charge => "ch_$id", payment_intent => "pi_$id") : (), %fields);
	my $meta = { user_id => $self->{user} };
	$self->{old} ? ($bill->{lines}{data}[0]{metadata} = $meta) : ($bill->{parent}{subscription_details}{metadata} = $meta);
	return ($self->happens($days, 'invoice.paid', $bill), $self->{old} ? () : $self->happens($days, 'invoice_payment.paid',
		{ id => "inpay_$id", object => 'invoice_payment', invoice => "in_$id", status => 'paid',
		payment => { type => 'payment_intent', payment_intent => "pi_$id" } }));
}

sub subscribed ($self, $days, $type, $status = 'active', $price = 'price_sub') {
	return $self->happens($days, "customer.subscription.$type", subscription('sub_ada', $price, customer => 'cus_ada',
		status => $status, 2020 => $self->{old}));
}

# In 2020 the charge of an invoice named it, and listed its refunds.
sub refunded ($self, $days, $id, $paid, @parts) {
	my ($sum, $n, @list) = (0, 0);
	push @list, { id => "re_${id}_" . ++$n, object => 'refund', amount => $_, status => 'succeeded' } and $sum += $_ for @parts;
	return $self->happens($days, 'charge.refunded', { id => "ch_$id", object => 'charge', amount => $paid, amount_refunded => $sum,
		payment_intent => $self->{old} && $id =~ /^m/ ? undef : "pi_$id", $self->{old} ? (refunds => { object => 'list', data => \@list },
		$id =~ /^m/ ? (invoice => "in_$id") : ()) : () });
}

sub refund ($self, $days, $type, $id, $n, $amount, $status) {
	return $self->happens($days, $type, { id => "re_${id}_$n", object => 'refund', amount => $amount, charge => "ch_$id",
		payment_intent => "pi_$id", status => $status, created => $self->at($days) });
}

# In 2020 a dispute named its charge only.
sub dispute ($self, $days, $what, $id, $amount, $status) {
	return $self->happens($days, "charge.dispute.$what", { id => "du_$id", object => 'dispute', amount => $amount, charge => "ch_$id",
		status => $status, created => $self->at($days), $self->{old} ? () : (payment_intent => "pi_$id") });
}

# ---- the chapters ----------------------------------------------------------------------

sub the_first_month ($self) {
	return ($self->happens(-300, 'checkout.session.completed', $self->session_of('sub', 'price_sub', mode => 'subscription',
		subscription => 'sub_ada', invoice => 'in_m1', payment_intent => undef)), $self->subscribed(-300, 'created', 'incomplete'),
		$self->subscribed(-299.9, 'updated'), $self->paid(-300, 'm1', billing_reason => 'subscription_create'));
}

sub renewals ($self) { return ($self->paid(-270, 'm2'), $self->paid(-240, 'm3')) }

sub a_failed_payment ($self) {
	return ($self->happens(-210, 'invoice.payment_failed', invoice('in_m4', price => 'price_sub', subscription => 'sub_ada',
		customer => 'cus_ada', amount_paid => 0, amount_due => 2000, attempt_count => 1, 2020 => $self->{old})),
		$self->subscribed(-210, 'updated', 'past_due'), $self->paid(-208, 'm4'), $self->subscribed(-208, 'updated'));
}

# To the dearer plan and back: money for the difference, no credits of its own.
sub a_plan_change_and_back ($self) {
	my ($update, @tie) = $self->paid(-200, 'up', billing_reason => 'subscription_update', amount_paid => 1300);
	return ($self->subscribed(-200, 'updated', 'active', 'price_pro'), $update, @tie, $self->subscribed(-199, 'updated'));
}

sub two_partial_refunds ($self) {
	return ($self->refunded(-260, 'm2', 2000, 500), $self->refunded(-250, 'm2', 2000, 500, 300),
		$self->refund(-250, 'refund.created', 'm2', 2, 300, 'succeeded'));
}

sub a_dispute_won ($self) {
	return ($self->dispute(-230, 'created', 'm3', 2000, 'needs_response'), $self->dispute(-230, 'funds_withdrawn', 'm3', 2000, 'needs_response'),
		$self->dispute(-220, 'updated', 'm3', 2000, 'under_review'), $self->dispute(-190, 'funds_reinstated', 'm3', 2000, 'won'),
		$self->dispute(-190, 'closed', 'm3', 2000, 'won'));
}

sub a_dispute_lost ($self) {
	return ($self->dispute(-280, 'created', 'm1', 2000, 'needs_response'), $self->dispute(-280, 'funds_withdrawn', 'm1', 2000, 'needs_response'),
		$self->dispute(-220, 'closed', 'm1', 2000, 'lost'));
}

sub a_purchase_half_refunded ($self) {
	return ($self->bought(-150, 'big', 'price_big'), $self->refunded(-140, 'big', 5000, 1250), $self->refunded(-130, 'big', 5000, 1250, 1250),
		$self->refund(-130, 'refund.created', 'big', 2, 1250, 'succeeded'));
}

sub a_refund_that_fails ($self) {
	return ($self->bought(-100, 'top', 'price_top'), $self->refunded(-90, 'top', 1000, 1000),
		$self->refund(-90, 'refund.created', 'top', 1, 1000, 'succeeded'),
		$self->refund(-80, $self->{old} ? 'charge.refund.updated' : 'refund.failed', 'top', 1, 1000, 'failed'));
}

sub a_refund_of_what_is_spent ($self) {
	return ($self->refunded(-320, 'old', 499, 499), $self->refund(-320, 'refund.created', 'old', 1, 499, 'succeeded'));
}

sub the_end ($self) {
	return ($self->subscribed(-30, 'deleted', 'canceled'), $self->subscribed(-29, 'updated', 'past_due'));
}

1;
