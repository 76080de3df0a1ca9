# SPDX-License-Identifier: MIT
# expand[]: replaces ids by the objects they name, and adds lists that are left out by default.
package Gatehouse::Sandbox::Stripe::Expand;
use Mojo::Base -base, -signatures;
use Gatehouse::Sandbox::Stripe::Error;
use Gatehouse::Sandbox::Stripe::Shape qw(list_object);

use constant DEPTH => 4;    # levels that Stripe expands at most

has 'stripe';

# Kinds by the prefix of their ids.
my %KIND = (
	ch => 'charge', cs => 'checkout.session', cus => 'customer', du => 'dispute', evt => 'event', in => 'invoice',
	inpay => 'invoice_payment', pi => 'payment_intent', pm => 'payment_method', price => 'price',
	prod => 'product', re => 'refund', sub => 'subscription',
);

# Lists that appear only when asked for.
my %LIST = (
	'checkout.session' => {line_items => sub ($stripe, $of) {
		list_object("/v1/checkout/sessions/$of->{id}/line_items", @{$of->{_line_items}}) }},
	charge => {refunds => sub ($stripe, $of) { related($stripe, refund => charge => $of, '/v1/refunds') }},
	customer => {subscriptions => sub ($stripe, $of) {
		related($stripe, subscription => customer => $of, '/v1/subscriptions') }},
	invoice => {payments => sub ($stripe, $of) {
		related($stripe, invoice_payment => invoice => $of, '/v1/invoice_payments') }},
);

sub related ($stripe, $object, $field, $of, $url) {
	return list_object($url, reverse $stripe->list($object => sub ($one) { ($one->{$field} // '') eq $of->{id} }));
}

# expand(object, paths): a visible copy with each dotted path expanded.
sub expand ($self, $object, @paths) {
	my $copy = $self->visible($object);
	for my $path (@paths) {
		my @steps = split /\./, $path;
		$self->fault("You cannot expand more than 4 levels of a property. Property: $path") if @steps > DEPTH;
		$self->walk($copy, $path, @steps);
	}
	return $copy;
}

sub fault ($self, $message) {
	Gatehouse::Sandbox::Stripe::Error->throw(param => 'expand', message => $message);
}

sub visible ($self, $object) { Gatehouse::Sandbox::Stripe::visible($object) }

sub walk ($self, $at, $path, @steps) {
	return if !defined $at || !@steps;
	if (ref $at eq 'ARRAY') {
		$self->walk($_, $path, @steps) for @$at;
		return;
	}
	my $step = shift @steps;
	$at->{$step} = $self->list_of($at, $step) if ref $at eq 'HASH' && !exists $at->{$step};
	$self->fault("This property cannot be expanded ($path).") if ref $at ne 'HASH' || !exists $at->{$step};
	$at->{$step} = $self->named($at->{$step}, $path) if defined $at->{$step} && !ref $at->{$step};
	$self->walk($at->{$step}, $path, @steps);
}

sub named ($self, $id, $path) {
	my ($prefix) = $id =~ /^([a-z]+)_/;
	my $kind  = $prefix && $KIND{$prefix} or $self->fault("This property cannot be expanded ($path).");
	my $found = $self->stripe->find($kind, $id);
	return $found ? $self->visible($found) : $id;
}

sub list_of ($self, $at, $step) {
	my $code = $LIST{$at->{object} // ''}{$step} or $self->fault("This property cannot be expanded ($step).");
	return $self->visible($code->($self->stripe, $self->stripe->find(@$at{qw(object id)})));
}

1;
