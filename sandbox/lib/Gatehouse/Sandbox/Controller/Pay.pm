# SPDX-License-Identifier: MIT
# The hosted payment page of a Checkout Session, and the customer portal.
package Gatehouse::Sandbox::Controller::Pay;
use Mojo::Base 'Mojolicious::Controller', -signatures;
use Gatehouse::Sandbox::Stripe::Params;
use Gatehouse::Sandbox::Stripe::Calls;
use Mojo::IOLoop;
use Mojo::JSON;
use Time::HiRes qw(time);

# What the buttons of the page do; the keys are values of the form field `how`.
my %HOW = map { $_ => 1 } qw(card transfer failing decline);

# An address that nobody reads, so that a purchase in the sandbox needs no typing.
use constant EMAIL => 'buyer@example.test';

# Seconds between two looks at the webhook's answer.
use constant LOOK_AGAIN => 0.02;

sub session ($self) { $self->stripe->find('checkout.session', $self->stash('id')) }

# show: GET /sandbox/stripe/pay/cs_…
sub show ($self) {
	my $session = $self->session or return $self->reply->not_found;
	$self->page($session, 200);
}

sub page ($self, $session, $status, %more) {
	my $customer = $self->stripe->find(customer => $session->{customer});
	my $known    = $session->{customer_email} // ($customer && $customer->{email});
	my $template = $session->{status} eq 'open' ? 'pay' : 'closed';
	$self->render($template, status => $status, session => $session, known => $known,
		email => $known // EMAIL, fault => undef, fault_at => '', done_url => success_url($session), %more);
}

# act: POST to the same address, from the page's form.
sub act ($self) {
	my $session = $self->session or return $self->reply->not_found;
	return $self->page($session, 200) if $session->{status} eq 'expired';
	return $self->redirect($session) if $session->{status} eq 'complete';
	my $email = $self->param('email') // '';
	my $how   = $self->param('how') // '';
	return $self->page($session, 422, email => $email, fault_at => 'email', fault => 'Please enter an e-mail address, such as you@example.com.')
		if !Gatehouse::Sandbox::Stripe::Params::is_email($email);
	return $self->page($session, 422, email => $email, fault_at => 'how', fault => 'Please choose one of the ways to pay.') if !$HOW{$how};
	$session = $self->stripe->store->transaction(sub { $self->stripe->payments->pay($session, $email, $how) });
	return $self->redirect_soon($session) if $session->{status} eq 'complete';
	$self->page($session, 402, email => $email, fault_at => 'how', fault => 'Your card was declined. Nothing was charged. Please try another way to pay.');
}

# Checkout sends the buyer back after the webhook's first answer, and waits at most 10 s for
# it (docs.stripe.com/checkout/fulfillment), so the shop usually knows before they arrive.
sub redirect_soon ($self, $session) {
	my $stripe = $self->stripe;
	my $hooks  = $stripe->webhooks;
	my $end    = time + $stripe->setting('redirect_wait');
	my ($told) = reverse $stripe->list(event => sub ($one) {
		$one->{type} eq 'checkout.session.completed' && $one->{data}{object}{id} eq $session->{id} });
	my $look;
	$self->render_later;
	$look = sub ($loop) {
		return Mojo::IOLoop->timer(LOOK_AGAIN, $look)
			if time < $end && $hooks->untried($told->{id});
		undef $look;
		$self->redirect($session);
	};
	$look->(undef);
}

sub redirect ($self, $session) {
	$self->res->code(303);
	$self->redirect_to(success_url($session));
}

# success_url(session): the merchant's address with the session's id in its place.
sub success_url ($session) { $session->{success_url} =~ s/\{CHECKOUT_SESSION_ID\}/$session->{id}/gr }

# portal: GET /sandbox/stripe/portal/bps_…
sub portal ($self) {
	my $portal = $self->stripe->find('billing_portal.session', $self->stash('id')) or return $self->reply->not_found;
	my @subs = $self->stripe->list(subscription => sub ($one) { $one->{customer} eq $portal->{customer} });
	my @plans = $self->stripe->list(price => sub ($one) { $one->{recurring} && $one->{active} });
	my %names = map { $_->{id} => $self->stripe->find(product => $_->{product})->{name} } @plans;
	$self->render('portal', portal => $portal, subs => \@subs, plans => \@plans, names => \%names);
}

# portal_act: POST to the same address: ends a subscription of that customer with its
# period, keeps it, or moves it to another plan, which the next invoice bills.
sub portal_act ($self) {
	my $stripe = $self->stripe;
	my $portal = $stripe->find('billing_portal.session', $self->stash('id')) or return $self->reply->not_found;
	my $sub    = $stripe->find(subscription => $self->param('subscription'));
	return $self->reply->not_found if !$sub || $sub->{customer} ne $portal->{customer};
	my $end  = ($self->param('end') // '') eq 'yes';
	my $plan = $stripe->find(price => $self->param('plan') // '');
	$stripe->store->transaction(sub {
		return $stripe->payments->change_plan($sub, $plan) if $plan && $plan->{recurring};
		Gatehouse::Sandbox::Stripe::Calls::update_subscription($stripe,
			{cancel_at_period_end => $end ? Mojo::JSON->true : Mojo::JSON->false}, $sub->{id});
	}) if $sub->{status} ne 'canceled';
	$self->res->code(303);
	$self->redirect_to($self->req->url->path->to_string);
}

1;
