# SPDX-License-Identifier: MIT
# The sandbox's own page, and its controls for people (forms) and tests (JSON).
package Gatehouse::Sandbox::Controller::Home;
use Mojo::Base 'Mojolicious::Controller', -signatures;
use Gatehouse::Sandbox::Control qw(control);
use Gatehouse::Sandbox::Stripe::Params qw(nest_params);
use Mojo::JSON qw(true);
use Mojo::Util qw(url_escape);
use Scalar::Util qw(blessed);

# Rows of each table on the page.
use constant ROWS => 20;

# The tables of the page: kind of object, heading, what an empty one says, columns.
my @TABLES = (
	['checkout.session', 'Checkout sessions', 'None yet. Buy something in the shop.', qw(Created Session Buyer Amount State Do)],
	['subscription', 'Subscriptions', 'None yet.', qw(Created Subscription Customer Period State Do)],
	['charge', 'Payments', 'None yet.', qw(Created Charge Buyer Amount Refunded State Do)],
	['invoice', 'Invoices', 'None yet. Only subscriptions have them.', qw(Created Invoice Reason Due State Do)],
	['refund', 'Refunds', 'None yet.', qw(Created Refund Charge Amount State Do)],
	['dispute', 'Disputes', 'None yet.', qw(Created Dispute Charge Amount State Do)],
	['customer', 'Customers', 'None yet. Buyers of single products are guests.', qw(Created Customer E-mail Name)],
	['event', 'Events', 'None yet.', qw(Created Event About Delivery Send)],
);

# show: GET /sandbox/
sub show ($self) {
	my $stripe = $self->stripe;
	my %by;
	push @{$by{$_->{event}}}, $_ for $stripe->webhooks->all;
	$self->render('home', set => $stripe->all_settings, deliveries => \%by, counts => $self->counts,
		faults => [$self->faults->all], said => $self->param('said'), wrong => $self->param('wrong'),
		tables => [map { $self->table(@$_) } @TABLES]);
}

sub table ($self, $kind, $title, $none, @columns) {
	return {kind => $kind =~ s/.*\.//r, title => $title, none => $none, columns => \@columns, rows => [$self->newest($kind)]};
}

sub newest ($self, $kind) {
	my @all = reverse $self->stripe->list($kind);
	return @all > ROWS ? @all[0 .. ROWS - 1] : @all;
}

sub counts ($self) {
	my %counts = map { $_ => 0 } qw(pending held dropped delivered);
	$counts{$_->{status}}++ for $self->stripe->webhooks->all;
	return \%counts;
}

# state: GET /sandbox/control
sub state ($self) {
	$self->render(json => {settings => $self->stripe->all_settings, deliveries => $self->counts,
		faults => [$self->faults->all]});
}

# deliveries: GET /sandbox/control/deliveries?event=evt_…
sub deliveries ($self) {
	my $event = $self->param('event');
	my $hooks = $self->stripe->webhooks;
	$self->render(json => {deliveries => [defined $event ? $hooks->of($event) : $hooks->all]});
}

# control: POST /sandbox/control, a JSON object or a form, with `action` and its parameters.
sub control_post ($self) {
	my $json = ($self->req->headers->content_type // '') =~ m{^application/json\b}i;
	my $result;
	if (eval { $result = control($self->app, $json ? $self->json_params : $self->form_params); 1 }) {
		return $self->render(json => {ok => true, result => $result}) if $json;
		return $self->back(said => 'Done: ' . ($self->param('action') =~ tr/_/ /r) . '.');
	}
	my $error = $@;
	die $error if !blessed $error || !$error->can('body');
	return $self->render(json => $error->body, status => $error->status) if $json;
	$self->back(wrong => $error->message);
}

sub back ($self, $name, $text) {
	$self->res->code(303);
	$self->redirect_to("/sandbox/?$name=" . url_escape($text));
}

# A form leaves out what its user left empty.
sub form_params ($self) {
	my $raw = nest_params($self->req->body_params->pairs);
	delete @$raw{grep { !ref $raw->{$_} && $raw->{$_} eq '' } keys %$raw};
	return $raw;
}

sub json_params ($self) {
	my $body = $self->req->json;
	Gatehouse::Sandbox::Stripe::Error->throw(message => 'The body must be a JSON object.') if ref $body ne 'HASH';
	my $object = delete $body->{object};    # the only parameter that is JSON itself
	my %flat   = map { $_ => ref $body->{$_} ? ($body->{$_} ? 'true' : 'false') : $body->{$_} // '' } keys %$body;
	return defined $object ? {%flat, object => $object} : \%flat;
}

1;
