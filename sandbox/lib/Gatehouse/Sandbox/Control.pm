# SPDX-License-Identifier: MIT
# What can be asked of the sandbox beside Stripe's own API; README lists the actions.
package Gatehouse::Sandbox::Control;
use Mojo::Base -strict, -signatures;
use Exporter qw(import);
use Gatehouse::Sandbox::Stripe::Error;
use Gatehouse::Sandbox::Stripe::Faults;
use Gatehouse::Sandbox::Stripe::Params qw(check_params);
our @EXPORT_OK = qw(control);

my $ERROR    = 'Gatehouse::Sandbox::Stripe::Error';
my $OUTCOME  = \[qw(succeeded failed)];
my %SETTINGS = (
	event_shape => \[qw(current 2020)], mode => \[qw(send hold drop)], copies => 'positive', delay => 'seconds',
	shuffle => 'seconds', parallel => 'positive', retry_base => 'seconds', retry_limit => 'seconds',
	timeout => 'seconds', redirect_wait => 'seconds', settle_delay => 'seconds',
);

# action => [parameters, code(stripe, params, app)].
my %ACTION = (
	settings    => [{%SETTINGS}, sub ($stripe, $given, $app) { $stripe->change_settings($given) }],
	release     => [{order => \[qw(fifo reverse random)], dropped => 'bool'}, \&release],
	drop        => [{}, sub ($stripe, $given, $app) { {dropped => $stripe->webhooks->drop} }],
	resend      => [{'event!' => 'string', times => 'positive'}, \&resend],
	duplicate   => [{'event!' => 'string'}, \&duplicate],
	event       => [{'type!' => 'string', 'object!' => 'any'}, sub ($stripe, $given, $app) {
		Gatehouse::Sandbox::Stripe::visible($stripe->emit(@$given{qw(type object)})) }],
	pay         => [{'session!' => 'string', how => \[qw(card transfer failing decline)], email => 'email'}, \&pay],
	settle      => [{'session!' => 'string', outcome => $OUTCOME}, \&settle],
	expire      => [{'session!' => 'string'}, on('checkout.session', 'session', sub ($pay, $one, $given) { $pay->expire($one) })],
	renew       => [{'subscription!' => 'string', outcome => $OUTCOME}, on('subscription', 'subscription',
		sub ($pay, $one, $given) { $pay->renew($one, $given->{outcome} // 'succeeded') })],
	cancel      => [{'subscription!' => 'string'}, on('subscription', 'subscription', sub ($pay, $one, $given) { $pay->cancel($one) })],
	pay_invoice => [{'invoice!' => 'string'}, on('invoice', 'invoice', sub ($pay, $one, $given) { $pay->pay_invoice($one) })],
	refund      => [{'charge!' => 'string', amount => 'positive'}, on('charge', 'charge',
		sub ($pay, $one, $given) { $pay->refund($one, $given->{amount}) })],
	fail_refund => [{'refund!' => 'string'}, on('refund', 'refund', sub ($pay, $one, $given) { $pay->fail_refund($one) })],
	dispute     => [{'charge!' => 'string', amount => 'positive'}, on('charge', 'charge',
		sub ($pay, $one, $given) { $pay->dispute($one, $given->{amount}) })],
	close_dispute => [{'dispute!' => 'string', 'outcome!' => \[qw(won lost)]}, on('dispute', 'dispute',
		sub ($pay, $one, $given) { $pay->close_dispute($one, $given->{outcome}) })],
	fail        => [{'mode!' => \[@Gatehouse::Sandbox::Stripe::Faults::MODES], match => 'string', times => 'positive',
			seconds => 'seconds'}, sub ($stripe, $given, $app) { $app->faults->add(%$given) }],
	clear_faults => [{}, sub ($stripe, $given, $app) { $app->faults->clear; {} }],
);

# control(app, raw parameters): does the action in one transaction; returns its result.
# Throws a Stripe::Error for what is unknown or cannot be done.
sub control ($app, $raw) {
	my $name   = delete $raw->{action} // '';
	my $stripe = $app->stripe;
	return reset_all($app) if $name eq 'reset';
	my ($schema, $code) = @{$ACTION{$name}
		// $ERROR->throw(param => 'action', message => "There is no action '$name'.")};
	my $given = check_params($schema, $raw);
	delete @$given{grep { !defined $given->{$_} } keys %$given};
	return Gatehouse::Sandbox::Stripe::visible($stripe->store->transaction(sub { $code->($stripe, $given, $app) }));
}

# on(kind, parameter, code): an action on one object that the parameter names.
sub on ($kind, $param, $code) {
	return sub ($stripe, $given, $app) {
		return $code->($stripe->payments, $stripe->need($kind, $given->{$param}, $param), $given);
	};
}

sub release ($stripe, $given, $app) {
	my @status = ('held', $given->{dropped} ? 'dropped' : ());
	return {released => $stripe->webhooks->release($given->{order} // 'fifo', @status)};
}

# The same event once more, with its own id.
sub resend ($stripe, $given, $app) {
	my $event = $stripe->need(event => $given->{event}, 'event');
	my $times = $given->{times} // 1;
	$stripe->webhooks->add($event->{id}, 'pending', time) for 1 .. $times;
	return {event => $event->{id}, times => $times};
}

# A second event, with an id of its own, for the same fact.
sub duplicate ($stripe, $given, $app) {
	my $event = $stripe->need(event => $given->{event}, 'event');
	my $twin  = $stripe->save({%$event, id => Gatehouse::Sandbox::Stripe::Id::new_id('evt'), _delivered => 0});
	$stripe->webhooks->queue($twin);
	return $twin;
}

sub pay ($stripe, $given, $app) {
	my $session  = $stripe->need('checkout.session', $given->{session}, 'session');
	my $customer = $stripe->find(customer => $session->{customer});
	my $email    = $given->{email} // $session->{customer_email} // ($customer && $customer->{email}) // 'buyer@example.test';
	return $stripe->payments->pay($session, $email, $given->{how} // 'card');
}

sub settle ($stripe, $given, $app) {
	my $session = $stripe->need('checkout.session', $given->{session}, 'session');
	return $stripe->payments->settle($session, $given->{outcome} // $session->{_settles});
}

sub reset_all ($app) {
	$app->stripe->store->erase;
	$app->stripe->webhooks->recall;
	$app->telegram->webhook->recall;
	$app->telegram->settle;
	return {};
}

1;
