# SPDX-License-Identifier: MIT
# What money does: paying, settling, declining, renewing, refunding, disputing, and the
# events of each in the order a real account sends them.
package Gatehouse::Sandbox::Stripe::Payments;
use Mojo::Base -base, -signatures;
use Gatehouse::Sandbox::Stripe::Error;
use Gatehouse::Sandbox::Stripe::Shape qw(:all);
use Mojo::IOLoop;
use Mojo::JSON qw(false true);
use Time::Local qw(timegm);

my $ERROR = 'Gatehouse::Sandbox::Stripe::Error';

has 'stripe', undef, weak => 1;

# pay(session, email, how): what the hosted page's buttons do.  how is
#   card     paid at once           transfer  complete but unpaid, settled later
#   failing  like transfer, but the settlement will fail
#   decline  the card is refused and the session stays open
# Returns the session as it is then.  A session that is not open is returned unchanged.
sub pay ($self, $session, $email, $how) {
	return $session if $session->{status} ne 'open';
	return $self->decline($session, $email) if $how eq 'decline';
	my $kind  = $how eq 'card' ? 'card' : 'us_bank_account';
	my $buyer = $self->buyer($session, $email);
	my $method = $self->method($kind, $buyer->{customer}, $email);
	my %done  = (%$buyer, status => 'complete', url => undef);
	my $paid  = $kind eq 'card';
	my $run   = $session->{mode} eq 'subscription' ? 'subscribe' : 'buy';
	%done = (%done, $self->$run({%$session, %done}, $method, $paid));
	$session = $self->stripe->change($session, %done);
	$self->stripe->store->remove(timer => "expire:$session->{id}");
	$self->stripe->emit('checkout.session.completed', $session);
	$self->plan_settlement($session, $how) if $session->{payment_status} eq 'unpaid';
	return $session;
}

# The customer and the details that the session shows once it is complete.
sub buyer ($self, $session, $email) {
	my $customer = $session->{customer};
	my $wanted   = $session->{mode} eq 'subscription' || ($session->{customer_creation} // '') eq 'always';
	if (!defined $customer && $wanted) {
		$customer = $self->stripe->add(customer_object({email => $email}), 'customer.created')->{id};
	}
	return {
		customer => $customer,
		customer_details => {address => undef, business_name => undef, email => $email,
			individual_name => undef, name => undef, phone => undef, tax_exempt => 'none', tax_ids => []},
	};
}

sub method ($self, $kind, $customer, $email) {
	my $method = $self->stripe->save(payment_method_object($kind, $customer, $email));
	$self->stripe->emit('payment_method.attached', $method) if defined $customer;
	return $method;
}

# One-time purchase.  Returns the session's new fields.
sub buy ($self, $session, $method, $paid) {
	return (payment_status => 'no_payment_required') if $session->{amount_total} == 0;
	my $intent = $self->session_intent($session, $method);
	$self->charge($intent, $method, $paid ? 'succeeded' : 'pending');
	return (payment_intent => $intent->{id}, payment_status => $paid ? 'paid' : 'unpaid');
}

# The payment intent of a session; one that a declined card left behind is used again.
sub session_intent ($self, $session, $method) {
	my $data  = $session->{_payment_intent_data} // {};
	my $given = {
		amount => $session->{amount_total}, currency => $session->{currency},
		customer => $session->{customer}, payment_method => $method->{id},
		map { $_ => $data->{$_} } grep { defined $data->{$_} } qw(metadata description receipt_email),
	};
	my $old = $self->stripe->find(payment_intent => $session->{_payment_intent});
	return $self->stripe->change($old, %$given) if $old;
	return $self->stripe->add(payment_intent_object($given), 'payment_intent.created');
}

# charge(intent, method, status): a try to take the money, with the events of both objects.
sub charge ($self, $intent, $method, $status) {
	my $stripe = $self->stripe;
	my $charge = $stripe->add(charge_object($intent, $method, $status), "charge.$status");
	my %by = (
		succeeded => {status => 'succeeded', amount_received => $intent->{amount}, last_payment_error => undef},
		pending   => {status => 'processing'},
		failed    => {status => 'requires_payment_method', payment_method => undef,
			last_payment_error => {type => 'card_error', code => 'card_declined', decline_code => 'generic_decline',
				charge => $charge->{id}, message => 'Your card was declined.'}},
	);
	$intent = $stripe->change($intent, latest_charge => $charge->{id}, %{$by{$status}});
	$stripe->emit('payment_intent.' . intent_word($status), $intent);
	return $intent;
}

sub intent_word ($status) { {succeeded => 'succeeded', pending => 'processing', failed => 'payment_failed'}->{$status} }

sub decline ($self, $session, $email) {
	return $session if $session->{amount_total} == 0 || $session->{mode} eq 'subscription';
	my $method = $self->stripe->save(payment_method_object('card', $session->{customer}, $email));
	my $intent = $self->session_intent($session, $method);
	$self->charge($intent, $method, 'failed');
	return $self->stripe->change($session, _payment_intent => $intent->{id});
}

sub plan_settlement ($self, $session, $how) {
	my $delay = $self->stripe->setting('settle_delay');
	$self->stripe->change($session, _settles => $how eq 'failing' ? 'failed' : 'succeeded');
	$self->stripe->at(time + $delay, settle => $session->{id}) if $delay >= 0;
}

# settle(session, outcome): the bank's word on a slow transfer: succeeded or failed.
# Returns the session; one that waits for nothing is returned unchanged.
sub settle ($self, $session, $outcome = $session->{_settles}) {
	my $stripe = $self->stripe;
	$stripe->store->remove(timer => "settle:$session->{id}");
	return $session if !defined $session->{_settles} || $session->{payment_status} ne 'unpaid';
	my $good = $outcome eq 'succeeded';
	$session->{mode} eq 'subscription'
		? $self->settle_invoice($stripe->find(invoice => $session->{invoice}), $good)
		: $self->settle_intent($stripe->find(payment_intent => $session->{payment_intent}), $good);
	$session = $stripe->change($session, payment_status => $good ? 'paid' : 'unpaid', _settles => undef);
	$stripe->emit('checkout.session.async_payment_' . $outcome, $session);
	return $session;
}

sub settle_intent ($self, $intent, $good) {
	my $stripe = $self->stripe;
	my $charge = $stripe->find(charge => $intent->{latest_charge});
	my $status = $good ? 'succeeded' : 'failed';
	$charge = $stripe->change($charge, status => $status, paid => $good ? true : false,
		failure_code => $good ? undef : 'account_closed');
	$stripe->emit("charge.$status", $charge);
	$intent = $stripe->change($intent, status => $good ? 'succeeded' : 'requires_payment_method',
		amount_received => $good ? $intent->{amount} : 0);
	$stripe->emit('payment_intent.' . intent_word($status), $intent);
}

sub settle_invoice ($self, $invoice, $good) {
	my ($link) = $self->stripe->list(invoice_payment => sub ($one) { $one->{invoice} eq $invoice->{id} });
	$self->settle_intent($self->stripe->find(payment_intent => $link->{payment}{payment_intent}), $good);
	$good ? $self->invoice_paid($invoice) : $self->invoice_failed($invoice);
}

# expire(session): closes an open session.
sub expire ($self, $session) {
	$self->stripe->store->remove(timer => "expire:$session->{id}");
	return $session if $session->{status} ne 'open';
	$session = $self->stripe->change($session, status => 'expired', url => undef);
	$self->stripe->emit('checkout.session.expired', $session);
	return $session;
}

# Subscription purchase: the subscription, its first invoice, and its payment.
sub subscribe ($self, $session, $method, $paid) {
	my $stripe = $self->stripe;
	my $data   = $session->{_subscription_data} // {};
	my $start  = time;
	my @lines  = @{$session->{_line_items}};
	my $trial  = $data->{trial_period_days} && $start + 86400 * $data->{trial_period_days};
	my $given  = {
		customer => $session->{customer}, currency => $session->{currency}, metadata => $data->{metadata} // {},
		description => $data->{description}, default_payment_method => $method->{id},
		$trial ? (status => 'trialing', trial_start => $start, trial_end => $trial) : (),
	};
	my $sub = subscription_object($given, sub ($id) {
		map { {%{subscription_item($id, $_->{price}, $_->{quantity}, $start,
				$trial || next_period($start, $_->{price}{recurring}))}, _name => $_->{description}} }
			grep { $_->{price}{recurring} } @lines;
	});
	$stripe->save($sub);
	my $invoice = $self->bill($sub, 'subscription_create', $trial, grep { !$_->{price}{recurring} } @lines);
	$sub = $stripe->change($sub, latest_invoice => $invoice->{id});
	$stripe->emit('customer.subscription.created', $sub);
	my $free = $invoice->{amount_due} == 0;
	$invoice = $free ? $self->invoice_paid($invoice) : $self->collect($invoice, $method, $paid ? 'succeeded' : 'pending');
	return (subscription => $sub->{id}, invoice => $invoice->{id},
		payment_status => $free ? 'no_payment_required' : $paid ? 'paid' : 'unpaid');
}

# bill(subscription, reason, free, extra lines): an open invoice for its present period.
sub bill ($self, $sub, $reason, $free = 0, @extra) {
	my $stripe   = $self->stripe;
	my $customer = $stripe->find(customer => $sub->{customer});
	my @items    = @{$sub->{items}{data}};
	my $number   = $customer->{next_invoice_sequence};
	$stripe->change($customer, next_invoice_sequence => $number + 1);
	my $given = {
		billing_reason => $reason, currency => $sub->{currency}, customer => $customer->{id},
		customer_email => $customer->{email}, customer_name => $customer->{name},
		number => sprintf('%s-%04d', $customer->{invoice_prefix}, $number),
		parent => {type => 'subscription_details', quote_details => undef,
			subscription_details => {metadata => $sub->{metadata}, subscription => $sub->{id}}},
		period_start => $items[0]{current_period_start}, period_end => $items[0]{current_period_end},
	};
	my $invoice = invoice_object($given, sub ($id) {
		my @lines = ((map { invoice_line($id, $sub, $_) } @items), map { one_time_line($id, $_, $items[0]) } @extra);
		return $free ? (map { {%$_, amount => 0, subtotal => 0} } @lines) : @lines;
	});
	$stripe->add($invoice, 'invoice.created');
	$stripe->emit('invoice.finalized', $invoice);
	return $invoice;
}

sub one_time_line ($id, $line, $item) {
	return invoice_line($id, undef, {%$line, _name => $line->{description},
		current_period_start => $item->{current_period_start}, current_period_end => $item->{current_period_start}});
}

# collect(invoice, method, status): a payment intent for the invoice, and its charge.
sub collect ($self, $invoice, $method, $status) {
	my $stripe = $self->stripe;
	my $intent = $stripe->add(payment_intent_object({amount => $invoice->{amount_due}, currency => $invoice->{currency},
		customer => $invoice->{customer}, payment_method => $method->{id},
		description => $invoice->{billing_reason} eq 'subscription_create' ? 'Subscription creation' : 'Subscription update',
	}), 'payment_intent.created');
	$stripe->save(invoice_payment_object($invoice, $intent));
	$invoice = $stripe->change($invoice, attempted => true, attempt_count => $invoice->{attempt_count} + 1);
	$self->charge($intent, $method, $status);
	return $self->invoice_paid($invoice)   if $status eq 'succeeded';
	return $self->invoice_failed($invoice) if $status eq 'failed';
	return $invoice;
}

# invoice_paid(invoice): marks it and its last payment paid, and the subscription active.
sub invoice_paid ($self, $invoice) {
	my $stripe = $self->stripe;
	my %when   = (%{$invoice->{status_transitions}}, paid_at => time);
	$invoice = $stripe->change($invoice, status => 'paid', amount_paid => $invoice->{amount_due},
		amount_remaining => 0, attempted => true, next_payment_attempt => undef, status_transitions => \%when);
	my ($link) = reverse $stripe->list(invoice_payment => sub ($one) { $one->{invoice} eq $invoice->{id} });
	$self->activate($invoice);
	$stripe->emit($_, $invoice) for qw(invoice.paid invoice.payment_succeeded);
	if ($link) {
		$link = $stripe->change($link, status => 'paid', amount_paid => $link->{amount_requested},
			status_transitions => {canceled_at => undef, paid_at => time});
		$stripe->emit('invoice_payment.paid', $link);
	}
	return $invoice;
}

sub activate ($self, $invoice) {
	my $sub = $self->stripe->find(subscription => $invoice->{parent}{subscription_details}{subscription});
	return if !$sub || $sub->{status} ne 'past_due';
	$self->stripe->amend($sub, 'customer.subscription.updated', status => 'active');
}

sub invoice_failed ($self, $invoice) {
	my $stripe = $self->stripe;
	$invoice = $stripe->change($invoice, next_payment_attempt => time + 3 * 86400);
	$stripe->emit('invoice.payment_failed', $invoice);
	my $sub = $stripe->find(subscription => $invoice->{parent}{subscription_details}{subscription});
	$stripe->amend($sub, 'customer.subscription.updated', status => 'past_due') if $sub->{status} =~ /^(?:active|trialing)$/;
	return $invoice;
}

# renew(subscription, outcome): moves it to its next period and bills it; outcome is
# succeeded or failed.  One that asked to end is ended instead.  Returns the subscription.
sub renew ($self, $sub, $outcome) {
	my $stripe = $self->stripe;
	$ERROR->throw(message => 'This subscription has been canceled.', begun => 1) if $sub->{status} eq 'canceled';
	return $self->cancel($sub) if $sub->{cancel_at_period_end};
	my @items = map { {%$_, current_period_start => $_->{current_period_end},
			current_period_end => next_period($_->{current_period_end}, $_->{price}{recurring})} } @{$sub->{items}{data}};
	my %fields = (items => {%{$sub->{items}}, data => \@items});
	$fields{status} = 'active' if $sub->{status} eq 'trialing';
	my $invoice = $self->bill({%$sub, %fields}, 'subscription_cycle');
	$stripe->amend($sub, 'customer.subscription.updated', %fields, latest_invoice => $invoice->{id});
	my $method = $stripe->find(payment_method => $sub->{default_payment_method});
	$invoice->{amount_due} ? $self->collect($invoice, $method, $outcome) : $self->invoice_paid($invoice);
	return $stripe->find(subscription => $sub->{id});
}

# change_plan(subscription, price): its first item has that price from now on; nothing
# is billed before the next period.  Returns the subscription.
sub change_plan ($self, $sub, $price) {
	my ($item, @rest) = @{$sub->{items}{data}};
	my $name = $self->stripe->find(product => $price->{product})->{name};
	my $new  = {%$item, price => $price, plan => plan_object($price), _name => $name};
	return $self->stripe->amend($sub, 'customer.subscription.updated', items => {%{$sub->{items}}, data => [$new, @rest]});
}

# pay_invoice(invoice): the owner pays an invoice that is open.
sub pay_invoice ($self, $invoice) {
	$ERROR->throw(message => 'Invoice is already paid', code => 'invoice_already_paid', begun => 1)
		if $invoice->{status} ne 'open';
	my $sub = $self->stripe->find(subscription => $invoice->{parent}{subscription_details}{subscription});
	return $self->collect($invoice, $self->stripe->find(payment_method => $sub->{default_payment_method}), 'succeeded');
}

# cancel(subscription): ends it now.
sub cancel ($self, $sub) {
	$ERROR->missing(subscription => $sub->{id}, 'id', 404) if $sub->{status} eq 'canceled';
	$sub = $self->stripe->change($sub, status => 'canceled', canceled_at => time, ended_at => time,
		cancellation_details => {comment => undef, feedback => undef, reason => 'cancellation_requested'});
	$self->stripe->emit('customer.subscription.deleted', $sub);
	return $sub;
}

# refund(charge, amount or undef for the rest, other fields): the refund.
sub refund ($self, $charge, $amount, %fields) {
	my $stripe = $self->stripe;
	my $left   = $charge->{amount} - $charge->{amount_refunded};
	$ERROR->throw(code => 'charge_already_refunded', begun => 1,
		message => "Charge $charge->{id} has already been refunded.") if $left == 0;
	$ERROR->throw(message => 'This charge has not succeeded and cannot be refunded.', begun => 1)
		if $charge->{status} ne 'succeeded';
	$amount //= $left;
	$ERROR->throw(param => 'amount', begun => 1, message =>
		"Refund amount ($amount) is greater than unrefunded amount on charge ($left)") if $amount > $left;
	my $refund = $stripe->save(refund_object($charge, {amount => $amount, %fields}));
	my $total  = $charge->{amount_refunded} + $amount;
	$stripe->amend($charge, 'charge.refunded', amount_refunded => $total,
		refunded => $total == $charge->{amount} ? true : false);
	$stripe->emit($_, $refund) for qw(refund.created refund.updated charge.refund.updated);
	return $refund;
}

# fail_refund(refund): the money came back; the charge owes less again.
sub fail_refund ($self, $refund) {
	my $stripe = $self->stripe;
	$ERROR->throw(message => 'This refund cannot fail any more.') if $refund->{status} ne 'succeeded';
	my $charge = $stripe->find(charge => $refund->{charge});
	$refund = $stripe->change($refund, status => 'failed', failure_reason => 'expired_or_canceled_card');
	$stripe->change($charge, refunded => false, amount_refunded => $charge->{amount_refunded} - $refund->{amount});
	$stripe->emit('refund.failed', $refund);
	return $refund;
}

# dispute(charge, amount or undef for all): the buyer's bank takes the money back.
sub dispute ($self, $charge, $amount) {
	my $stripe = $self->stripe;
	$ERROR->throw(message => 'This charge is disputed already.') if $charge->{disputed};
	my $dispute = dispute_object($charge, $amount // $charge->{amount});
	$stripe->change($charge, disputed => true);
	$stripe->add($dispute, 'charge.dispute.created');
	$stripe->emit('charge.dispute.funds_withdrawn', $dispute);
	return $dispute;
}

# close_dispute(dispute, outcome): won or lost.
sub close_dispute ($self, $dispute, $outcome) {
	my $stripe = $self->stripe;
	$ERROR->throw(message => 'This dispute is closed.') if $dispute->{status} =~ /^(?:won|lost)$/;
	$dispute = $stripe->change($dispute, status => $outcome);
	$stripe->emit('charge.dispute.funds_reinstated', $dispute) if $outcome eq 'won';
	$stripe->emit('charge.dispute.closed', $dispute);
	return $dispute;
}

# next_period(moment, recurring): the end of the period that begins then.  A month that is
# too short ends it on its last day.
sub next_period ($start, $recurring) {
	my ($interval, $count) = @$recurring{qw(interval interval_count)};
	return $start + 86400 * $count * ($interval eq 'week' ? 7 : 1) if $interval =~ /^(?:day|week)$/;
	my ($sec, $min, $hour, $day, $month, $year) = gmtime $start;
	$month += $count * ($interval eq 'year' ? 12 : 1);
	$year += int($month / 12);
	$month %= 12;
	my @days = (31, $year % 4 ? 28 : 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);    # right from 1901 to 2099
	return timegm($sec, $min, $hour, $day > $days[$month] ? $days[$month] : $day, $month, $year + 1900);
}

# run_timers: does what has become due: settlements and expiries.
sub run_timers ($self) {
	my ($stripe, $now) = ($self->stripe, time);
	for my $timer (grep { $_->{due} <= $now } $stripe->store->list('timer')) {
		my $action  = $timer->{action};
		my $session = $stripe->find('checkout.session', $timer->{id});
		$stripe->store->transaction(sub { $self->$action($session) });
	}
}

1;
