# SPDX-License-Identifier: MIT
# Objects as accounts of 2020 still get them (API 2020-03-02): the fields that Stripe moved
# in 2025-03-31.basil and later are put back where they were.
package Gatehouse::Sandbox::Stripe::Legacy;
use Mojo::Base -base, -signatures;
use Gatehouse::Sandbox::Stripe::Shape qw(list_object plan_object);
use Mojo::JSON qw(false true);

has 'stripe';

my %DOWNGRADE = (
	subscription => \&subscription, invoice => \&invoice, charge => \&charge, payment_intent => \&intent,
);

# downgrade(object): a copy in the old shape; kinds that did not move are returned as they are.
sub downgrade ($self, $object) {
	my $code = $DOWNGRADE{$object->{object}} // return $object;
	return $self->$code({%$object});
}

sub subscription ($self, $sub) {
	my @items = map { {%$_} } @{$sub->{items}{data}};
	@$sub{qw(current_period_start current_period_end)} = @{$items[0]}{qw(current_period_start current_period_end)};
	delete @$_{qw(current_period_start current_period_end)} for @items;
	@$sub{qw(plan quantity)} = @{$items[0]}{qw(plan quantity)};
	delete $sub->{billing_mode};
	return {%$sub, items => {%{$sub->{items}}, data => \@items, total_count => scalar @items}};
}

sub invoice ($self, $invoice) {
	my $details = (delete $invoice->{parent})->{subscription_details};
	my ($link) = reverse $self->stripe->list(invoice_payment => sub ($one) { $one->{invoice} eq $invoice->{id} });
	my $intent = $link && $self->stripe->find(payment_intent => $link->{payment}{payment_intent});
	my @lines  = map { $self->line({%$_}) } @{$invoice->{lines}{data}};
	delete @$invoice{qw(amount_overpaid total_taxes confirmation_secret total_pretax_credit_amounts)};
	return {
		%$invoice,
		subscription => $details->{subscription}, subscription_details => {metadata => $details->{metadata}},
		payment_intent => $intent && $intent->{id}, charge => $intent && $intent->{latest_charge},
		paid => $invoice->{status} eq 'paid' ? true : false, tax => undef, discount => undef,
		lines => {%{$invoice->{lines}}, data => \@lines, total_count => scalar @lines},
	};
}

sub line ($self, $line) {
	my $item  = (delete $line->{parent} // {})->{subscription_item_details};
	my $price = $self->stripe->find(price => (delete $line->{pricing})->{price_details}{price});
	delete @$line{qw(taxes pretax_credit_amounts subtotal)};
	return {
		%$line, price => $price, plan => $price && $price->{recurring} ? plan_object($price) : undef,
		proration => false, type => $item ? 'subscription' : 'invoiceitem',
		subscription_item => $item && $item->{subscription_item}, tax_amounts => [], tax_rates => [],
	};
}

sub invoice_of ($self, $intent) {
	my ($link) = $self->stripe->list(invoice_payment => sub ($one) { ($one->{payment}{payment_intent} // '') eq ($intent // '') });
	return $link && $link->{invoice};
}

sub charge ($self, $charge) {
	my @refunds = reverse $self->stripe->list(refund => sub ($one) { $one->{charge} eq $charge->{id} });
	return {%$charge, invoice => $self->invoice_of($charge->{payment_intent}),
		refunds => list_object("/v1/charges/$charge->{id}/refunds", @refunds)};
}

sub intent ($self, $intent) {
	my @charges = reverse $self->stripe->list(charge => sub ($one) { $one->{payment_intent} eq $intent->{id} });
	return {%$intent, invoice => $self->invoice_of($intent->{id}),
		charges => list_object("/v1/charges?payment_intent=$intent->{id}", @charges)};
}

1;
