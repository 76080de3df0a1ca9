# SPDX-License-Identifier: MIT
# Creation of Checkout Sessions, with the checks that Stripe makes.
package Gatehouse::Sandbox::Stripe::Checkout;
use Mojo::Base -strict, -signatures;
use Exporter qw(import);
use Gatehouse::Sandbox::Stripe::Error;
use Gatehouse::Sandbox::Stripe::Shape qw(line_item price_object product_object session_object);
use Mojo::JSON qw(false);
our @EXPORT_OK = qw(%SESSION_PARAMS create_session);

my $ERROR = 'Gatehouse::Sandbox::Stripe::Error';

# The smallest total that Stripe takes, in cents.
use constant LEAST => 50;

our %SESSION_PARAMS = (
	'mode!' => \[qw(payment subscription)], success_url => 'url', cancel_url => 'url', return_url => 'url',
	customer => 'string', customer_email => 'email', customer_creation => \[qw(always if_required)],
	client_reference_id => 'string', metadata => 'metadata', expires_at => 'positive', locale => 'string',
	ui_mode => \[qw(hosted hosted_page)], submit_type => 'string', allow_promotion_codes => 'bool',
	billing_address_collection => \[qw(auto required)], payment_method_collection => \[qw(always if_required)],
	'line_items!' => [{
		price => 'string', quantity => 'positive', adjustable_quantity => 'any', tax_rates => 'any',
		price_data => {'currency!' => 'currency', 'unit_amount!' => 'count', product => 'string',
			recurring => {'interval!' => \[qw(day month week year)], interval_count => 'positive'},
			product_data => {'name!' => 'string', description => 'string', metadata => 'metadata', images => ['string']}},
	}],
	payment_intent_data => {metadata => 'metadata', description => 'string', receipt_email => 'email',
		setup_future_usage => 'string', statement_descriptor => 'string', statement_descriptor_suffix => 'string'},
	subscription_data => {metadata => 'metadata', description => 'string', trial_period_days => 'positive'},
	map { $_ => 'any' } qw(adaptive_pricing after_expiration automatic_tax consent_collection custom_fields custom_text
		customer_update discounts invoice_creation optional_items payment_method_options payment_method_types
		phone_number_collection saved_payment_method_options tax_id_collection wallet_options),
);

# Fields of the session that are taken as they were given.
my @PLAIN = qw(allow_promotion_codes billing_address_collection cancel_url client_reference_id customer customer_email
	locale metadata mode payment_method_collection submit_type success_url);

# create_session(stripe, params): the new session, stored; it expires by itself.
sub create_session ($stripe, $given) {
	check($stripe, $given);
	my @lines  = map { line($stripe, $given->{line_items}[$_], "line_items[$_]") } 0 .. $#{$given->{line_items}};
	my $amount = total($given->{mode}, @lines);
	my %fields = map { $_ => $given->{$_} } grep { defined $given->{$_} } @PLAIN;
	$fields{customer_creation} = $given->{customer_creation} // 'if_required' if $given->{mode} eq 'payment';
	$fields{customer_creation} = undef if defined $given->{customer};
	$fields{expires_at} = $given->{expires_at} if $given->{expires_at};
	my $session = session_object({%fields, currency => $lines[0]{currency}, _line_items => \@lines,
		_payment_intent_data => $given->{payment_intent_data}, _subscription_data => $given->{subscription_data}}, $amount);
	$session->{url} = $stripe->settings->public_url . "/sandbox/stripe/pay/$session->{id}";
	$stripe->at($session->{expires_at}, expire => $session->{id});
	return $stripe->save($session);
}

sub check ($stripe, $given) {
	missing($_) for grep { !defined $given->{$_} } 'success_url';
	missing('line_items') if !@{$given->{line_items}};
	$ERROR->throw(message => 'You may only specify one of these parameters: customer, customer_email.')
		if defined $given->{customer} && defined $given->{customer_email};
	$stripe->need(customer => $given->{customer}, 'customer') if defined $given->{customer};
	clash($given->{mode}, 'payment_intent_data')
		if $given->{mode} eq 'subscription' && $given->{payment_intent_data};
	clash($given->{mode}, 'subscription_data') if $given->{mode} eq 'payment' && $given->{subscription_data};
	my $end = $given->{expires_at} // return;
	$ERROR->throw(param => 'expires_at', message => 'The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.')
		if $end < time + 30 * 60 - 5 || $end > time + 24 * 3600 + 5;
}

sub missing ($param) {
	$ERROR->throw(code => 'parameter_missing', param => $param, message => "Missing required param: $param.");
}

sub clash ($mode, $param) {
	$ERROR->throw(param => $param, message => "You can not pass `$param` in `$mode` mode.");
}

# One line: an existing price, or one made up for this session.
sub line ($stripe, $given, $at) {
	$ERROR->throw(code => 'parameter_missing', param => "$at\[price]", message => "You must specify either `price` or `price_data` for $at.")
		if !defined $given->{price} == !$given->{price_data};
	my $price = $given->{price_data}
		? inline_price($stripe, $given->{price_data}, $at)
		: $stripe->need(price => $given->{price}, "$at\[price]");
	$ERROR->throw(param => "$at\[price]", message => 'The price specified is inactive. This field only accepts active prices.')
		if !$price->{active} && !$given->{price_data};
	missing("$at\[quantity]") if !$given->{quantity};
	my $product = $stripe->find(product => $price->{product});
	return line_item($price, $given->{quantity}, $product->{name});
}

sub inline_price ($stripe, $data, $at) {
	my $product = $data->{product_data}
		? $stripe->save(product_object({%{$data->{product_data}}, active => false}))
		: $stripe->need(product => $data->{product}, "$at\[price_data][product]");
	my %fields = map { $_ => $data->{$_} } grep { defined $data->{$_} } qw(currency unit_amount recurring);
	return $stripe->save(price_object({%fields, product => $product->{id}, active => false}));
}

sub total ($mode, @lines) {
	my $recurring = grep { $_->{price}{recurring} } @lines;
	$ERROR->throw(param => 'line_items', message => 'You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.')
		if $mode eq 'payment' && $recurring;
	$ERROR->throw(param => 'line_items', message => 'You must provide at least one recurring price in `subscription` mode when using prices.')
		if $mode eq 'subscription' && !$recurring;
	$ERROR->throw(param => 'line_items', message => 'All line items must use the same currency.')
		if grep { $_->{currency} ne $lines[0]{currency} } @lines;
	my $total = 0;
	$total += $_->{amount_total} for @lines;
	$ERROR->throw(code => 'amount_too_small', message => "The Checkout Session's total amount must convert to at least 50 cents.")
		if $mode eq 'payment' && $total > 0 && $total < LEAST;
	return $total;
}

1;
