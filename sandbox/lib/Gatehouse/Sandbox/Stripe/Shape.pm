# SPDX-License-Identifier: MIT
# New objects in the shape of Stripe's API of 2026 (2025-03-31.basil and after).
# Each function takes what varies and returns a whole object, not yet stored.  A field
# whose name begins with _ belongs to the sandbox and is never shown to callers.
package Gatehouse::Sandbox::Stripe::Shape;
use Mojo::Base -strict, -signatures;
use Exporter qw(import);
use Gatehouse::Sandbox::Stripe::Id qw(new_id random_text);
use Mojo::JSON qw(false true);
our @EXPORT_OK = qw(charge_object customer_object dispute_object event_object invoice_object
	invoice_line invoice_payment_object line_item payment_intent_object
	payment_method_object portal_object price_object product_object refund_object
	session_object subscription_object subscription_item plan_object list_object);
our %EXPORT_TAGS = (all => \@EXPORT_OK);

my %NO_ADDRESS = map { $_ => undef } qw(city country line1 line2 postal_code state);

# list_object(url, objects…): an embedded list that holds everything.
sub list_object ($url, @data) {
	return {object => 'list', data => \@data, has_more => false, url => $url};
}

sub head ($object, $prefix) {
	return (id => new_id($prefix), object => $object, created => time, livemode => false);
}

sub customer_object ($given) {
	return {
		head('customer', 'cus'),
		address => undef, balance => 0, currency => undef, customer_account => undef,
		default_source => undef, delinquent => false, description => undef, discount => undef,
		email => undef, invoice_prefix => uc random_text(8), name => undef, next_invoice_sequence => 1,
		invoice_settings => {custom_fields => undef, default_payment_method => undef, footer => undef,
			rendering_options => undef},
		metadata => {}, phone => undef, preferred_locales => [], shipping => undef,
		tax_exempt => 'none', test_clock => undef, %$given,
	};
}

sub product_object ($given) {
	return {
		head('product', 'prod'),
		active => true, attributes => [], default_price => undef, description => undef, images => [],
		marketing_features => [], metadata => {}, package_dimensions => undef, shippable => undef,
		statement_descriptor => undef, tax_code => undef, type => 'service', unit_label => undef,
		updated => time, url => undef, %$given,
	};
}

# given: product, currency, unit_amount and what else the caller chose.
sub price_object ($given) {
	my $recurring = $given->{recurring};
	return {
		head('price', 'price'),
		active => true, billing_scheme => 'per_unit', custom_unit_amount => undef, lookup_key => undef,
		metadata => {}, nickname => undef, tax_behavior => 'unspecified', tiers_mode => undef,
		transform_quantity => undef, %$given,
		type => $recurring ? 'recurring' : 'one_time',
		unit_amount_decimal => "$given->{unit_amount}",
		recurring => $recurring && {interval_count => 1, meter => undef, trial_period_days => undef,
			usage_type => 'licensed', %$recurring},
	};
}

# A line of a Checkout Session: the item that `line_items` lists.
sub line_item ($price, $quantity, $name) {
	my $amount = $price->{unit_amount} * $quantity;
	return {
		id => new_id('li'), object => 'item', adjustable_quantity => undef, amount_discount => 0,
		amount_subtotal => $amount, amount_tax => 0, amount_total => $amount,
		currency => $price->{currency}, description => $name, metadata => {}, price => $price,
		quantity => $quantity,
	};
}

# given: mode, currency, amount, urls, customer … as the create call resolved them.
sub session_object ($given, $amount) {
	return {
		head('checkout.session', 'cs_test'),
		adaptive_pricing => {enabled => false}, after_expiration => undef, allow_promotion_codes => undef,
		amount_subtotal => $amount, amount_total => $amount,
		automatic_tax => {enabled => false, liability => undef, provider => undef, status => undef},
		billing_address_collection => undef, cancel_url => undef, client_reference_id => undef,
		client_secret => undef, collected_information => undef, consent => undef,
		consent_collection => undef, currency_conversion => undef, custom_fields => [],
		custom_text => {map { $_ => undef } qw(after_submit shipping_address submit terms_of_service_acceptance)},
		customer => undef, customer_account => undef, customer_creation => undef, customer_details => undef,
		customer_email => undef, discounts => [], expires_at => time + 24 * 3600, integration_identifier => undef,
		invoice => undef, invoice_creation => undef, locale => undef, metadata => {}, origin_context => undef,
		payment_intent => undef, payment_link => undef, payment_method_collection => 'always',
		payment_method_configuration_details => undef, payment_method_options => {},
		payment_method_types => ['card', 'us_bank_account'], payment_status => 'unpaid', permissions => undef,
		phone_number_collection => {enabled => false}, recovered_from => undef,
		saved_payment_method_options => undef, setup_intent => undef, shipping_address_collection => undef,
		shipping_cost => undef, shipping_options => [], status => 'open', submit_type => undef,
		subscription => undef, success_url => undef,
		total_details => {amount_discount => 0, amount_shipping => 0, amount_tax => 0},
		ui_mode => 'hosted_page', url => undef, wallet_options => undef, %$given,
	};
}

# kind is card or us_bank_account.
sub payment_method_object ($kind, $customer, $email) {
	my %details = (
		card => {brand => 'visa', checks => {cvc_check => 'pass', address_line1_check => undef,
				address_postal_code_check => undef}, country => 'US', display_brand => 'visa',
			exp_month => 12, exp_year => 2030, fingerprint => random_text(16), funding => 'credit',
			last4 => '4242', networks => {available => ['visa'], preferred => undef}, wallet => undef},
		us_bank_account => {account_holder_type => 'individual', account_type => 'checking',
			bank_name => 'STRIPE TEST BANK', fingerprint => random_text(16), last4 => '6789',
			routing_number => '110000000'},
	);
	return {
		head('payment_method', 'pm'),
		allow_redisplay => 'limited', billing_details => billing_details($email), customer => $customer,
		metadata => {}, type => $kind, $kind => $details{$kind},
	};
}

sub billing_details ($email) {
	return {address => {%NO_ADDRESS}, email => $email, name => undef, phone => undef, tax_id => undef};
}

# given: amount, currency, customer, metadata, description, payment_method.
sub payment_intent_object ($given) {
	my %head = head('payment_intent', 'pi');
	return {
		%head,
		amount_capturable => 0, amount_details => {tip => {}}, amount_received => 0, application => undef,
		application_fee_amount => undef, automatic_payment_methods => undef, canceled_at => undef,
		cancellation_reason => undef, capture_method => 'automatic_async',
		client_secret => "$head{id}_secret_" . random_text(24), confirmation_method => 'automatic',
		customer => undef, customer_account => undef, description => undef, last_payment_error => undef,
		latest_charge => undef, metadata => {}, next_action => undef, on_behalf_of => undef,
		payment_method => undef, payment_method_options => {}, payment_method_types => ['card', 'us_bank_account'],
		processing => undef, receipt_email => undef, review => undef, setup_future_usage => undef,
		shipping => undef, source => undef, statement_descriptor => undef,
		statement_descriptor_suffix => undef, status => 'requires_payment_method', transfer_data => undef,
		transfer_group => undef, %$given,
	};
}

# status is succeeded, pending or failed.
sub charge_object ($intent, $method, $status) {
	my $good = $status ne 'failed';
	return {
		head('charge', 'ch'),
		amount => $intent->{amount}, amount_captured => $good ? $intent->{amount} : 0, amount_refunded => 0,
		application => undef, application_fee => undef, application_fee_amount => undef,
		balance_transaction => $status eq 'succeeded' ? new_id('txn') : undef,
		billing_details => $method->{billing_details}, calculated_statement_descriptor => 'GATEHOUSE SANDBOX',
		captured => $good ? true : false, currency => $intent->{currency}, customer => $intent->{customer},
		description => $intent->{description}, disputed => false, failure_balance_transaction => undef,
		failure_code => $good ? undef : 'card_declined',
		failure_message => $good ? undef : 'Your card was declined.', fraud_details => {},
		metadata => $intent->{metadata}, on_behalf_of => undef, outcome => charge_outcome($good),
		paid => $status eq 'succeeded' ? true : false, payment_intent => $intent->{id},
		payment_method => $method->{id},
		payment_method_details => charge_method($method),
		receipt_email => $intent->{receipt_email}, receipt_number => undef, receipt_url => undef,
		refunded => false, review => undef, shipping => undef, source => undef, source_transfer => undef,
		statement_descriptor => undef, statement_descriptor_suffix => undef, status => $status,
		transfer_data => undef, transfer_group => undef,
	};
}

# The payment method as a charge shows it.
sub charge_method ($method) {
	my $type    = $method->{type};
	my %details = %{$method->{$type}};
	if ($type eq 'card') {
		delete @details{qw(display_brand networks)};
		%details = (%details, installments => undef, mandate => undef, network => 'visa', three_d_secure => undef);
	}
	return {type => $type, $type => \%details};
}

sub charge_outcome ($good) {
	return {
		advice_code => $good ? undef : 'do_not_try_again', network_advice_code => undef,
		network_decline_code => $good ? undef : '01',
		network_status => $good ? 'approved_by_network' : 'declined_by_network',
		reason => $good ? undef : 'generic_decline', risk_level => 'normal', risk_score => 32,
		seller_message => $good ? 'Payment complete.' : 'The bank did not return any further details with this decline.',
		type => $good ? 'authorized' : 'issuer_declined',
	};
}

# amount in the charge's currency; reason may be undef.
sub refund_object ($charge, $given) {
	return {
		id => new_id('re'), object => 'refund', created => time,
		balance_transaction => new_id('txn'), charge => $charge->{id}, currency => $charge->{currency},
		destination_details => {type => 'card', card => {reference => undef,
			reference_status => 'pending', reference_type => 'acquirer_reference_number', type => 'refund'}},
		metadata => {}, payment_intent => $charge->{payment_intent}, reason => undef,
		receipt_number => undef, source_transfer_reversal => undef, status => 'succeeded',
		transfer_reversal => undef, %$given,
	};
}

sub dispute_object ($charge, $amount) {
	return {
		head('dispute', 'du'),
		amount => $amount, balance_transactions => [], charge => $charge->{id}, currency => $charge->{currency},
		enhanced_eligibility_types => [], evidence => {},
		evidence_details => {due_by => time + 7 * 24 * 3600, enhanced_eligibility => {}, has_evidence => false,
			past_due => false, submission_count => 0},
		is_charge_refundable => false, metadata => {}, payment_intent => $charge->{payment_intent},
		payment_method_details => {type => 'card', card => {brand => 'visa', case_type => 'chargeback',
				network_reason_code => '10.4'}},
		reason => 'fraudulent', status => 'needs_response',
	};
}

sub subscription_item ($id, $price, $quantity, $start, $end) {
	return {
		id => new_id('si'), object => 'subscription_item', billing_thresholds => undef, created => $start,
		current_period_end => $end, current_period_start => $start, discounts => [], metadata => {},
		plan => plan_object($price), price => $price, quantity => $quantity, subscription => $id,
		tax_rates => [],
	};
}

# The plan that Stripe still shows beside each recurring price.
sub plan_object ($price) {
	my $recurring = $price->{recurring};
	return {
		id => $price->{id}, object => 'plan', active => $price->{active}, amount => $price->{unit_amount},
		amount_decimal => $price->{unit_amount_decimal}, billing_scheme => 'per_unit',
		created => $price->{created}, currency => $price->{currency}, interval => $recurring->{interval},
		interval_count => $recurring->{interval_count}, livemode => false, metadata => $price->{metadata},
		meter => undef, nickname => $price->{nickname}, product => $price->{product}, tiers_mode => undef,
		transform_usage => undef, trial_period_days => undef, usage_type => 'licensed',
	};
}

# given: customer, currency, metadata, default_payment_method, status …; items come with make_items(id).
sub subscription_object ($given, $make_items) {
	my %head = head('subscription', 'sub');
	my @items = $make_items->($head{id});
	return {
		%head,
		application => undef, application_fee_percent => undef,
		automatic_tax => {disabled_reason => undef, enabled => false, liability => undef},
		billing_cycle_anchor => $head{created}, billing_cycle_anchor_config => undef,
		billing_mode => {type => 'classic', flexible => undef}, billing_thresholds => undef, cancel_at => undef,
		cancel_at_period_end => false, canceled_at => undef,
		cancellation_details => {comment => undef, feedback => undef, reason => undef},
		collection_method => 'charge_automatically', customer_account => undef, days_until_due => undef,
		default_source => undef, default_tax_rates => [], description => undef, discounts => [],
		ended_at => undef, invoice_settings => {account_tax_ids => undef, issuer => {type => 'self'}},
		items => list_object("/v1/subscription_items?subscription=$head{id}", @items),
		latest_invoice => undef, metadata => {}, next_pending_invoice_item_invoice => undef,
		on_behalf_of => undef, pause_collection => undef,
		payment_settings => {payment_method_options => undef, payment_method_types => undef,
			save_default_payment_method => 'off'},
		pending_invoice_item_interval => undef, pending_setup_intent => undef, pending_update => undef,
		schedule => undef, start_date => $head{created}, status => 'active', test_clock => undef,
		transfer_data => undef, trial_end => undef,
		trial_settings => {end_behavior => {missing_payment_method => 'create_invoice'}}, trial_start => undef,
		%$given,
	};
}

# A line of an invoice: since basil the price is an id under pricing.price_details.
sub invoice_line ($invoice, $subscription, $item) {
	my $price  = $item->{price};
	my $amount = $price->{unit_amount} * $item->{quantity};
	my $of     = $subscription ? $subscription->{id} : undef;
	return {
		id => new_id('il'), object => 'line_item', amount => $amount, currency => $price->{currency},
		description => $item->{_name}, discount_amounts => [], discountable => true, discounts => [],
		invoice => $invoice, livemode => false, metadata => $subscription ? $subscription->{metadata} : {},
		parent => $of && {type => 'subscription_item_details', invoice_item_details => undef,
			subscription_item_details => {invoice_item => undef, proration => false,
				proration_details => {credited_items => undef}, subscription => $of,
				subscription_item => $item->{id}}},
		period => {start => $item->{current_period_start}, end => $item->{current_period_end}},
		pretax_credit_amounts => [],
		pricing => {type => 'price_details', unit_amount_decimal => $price->{unit_amount_decimal},
			price_details => {price => $price->{id}, product => $price->{product}}},
		quantity => $item->{quantity}, subscription => $of, subtotal => $amount, taxes => [],
	};
}

# given: customer, customer_email, currency, billing_reason, number, parent, periods; lines by make_lines(id).
sub invoice_object ($given, $make_lines) {
	my %head  = head('invoice', 'in');
	my @lines = $make_lines->($head{id});
	my $total = 0;
	$total += $_->{amount} for @lines;
	return {
		%head, invoice_blank(),
		amount_due => $total, amount_paid => 0, amount_remaining => $total, effective_at => $head{created},
		lines => list_object("/v1/invoices/$head{id}/lines", @lines), subtotal => $total,
		subtotal_excluding_tax => $total, total => $total, total_excluding_tax => $total,
		status_transitions => {finalized_at => $head{created}, marked_uncollectible_at => undef,
			paid_at => undef, voided_at => undef},
		%$given,
	};
}

sub invoice_blank () {
	return (
		account_country => 'US', account_name => 'Gatehouse sandbox', account_tax_ids => undef,
		amount_overpaid => 0, amount_shipping => 0, application => undef, attempt_count => 0,
		attempted => false, auto_advance => false,
		automatic_tax => {disabled_reason => undef, enabled => false, liability => undef, provider => undef,
			status => undef},
		automatically_finalizes_at => undef, collection_method => 'charge_automatically',
		confirmation_secret => undef, custom_fields => undef, customer_account => undef,
		customer_address => undef, customer_name => undef, customer_phone => undef,
		customer_shipping => undef, customer_tax_exempt => 'none', customer_tax_ids => [],
		default_payment_method => undef, default_source => undef, default_tax_rates => [],
		description => undef, discounts => [], due_date => undef, ending_balance => 0, footer => undef,
		from_invoice => undef, hosted_invoice_url => undef, invoice_pdf => undef,
		issuer => {type => 'self'}, last_finalization_error => undef, latest_revision => undef,
		metadata => {}, next_payment_attempt => undef, on_behalf_of => undef, parent => undef,
		payment_settings => {default_mandate => undef, payment_method_options => undef,
			payment_method_types => undef},
		post_payment_credit_notes_amount => 0, pre_payment_credit_notes_amount => 0,
		receipt_number => undef, rendering => undef, shipping_cost => undef, shipping_details => undef,
		starting_balance => 0, statement_descriptor => undef, status => 'open', test_clock => undef,
		total_discount_amounts => [], total_pretax_credit_amounts => [], total_taxes => [],
		webhooks_delivered_at => undef,
	);
}

# What ties an invoice to the payment intent that pays it.
sub invoice_payment_object ($invoice, $intent) {
	return {
		head('invoice_payment', 'inpay'),
		amount_paid => undef, amount_requested => $invoice->{amount_due}, currency => $invoice->{currency},
		invoice => $invoice->{id}, is_default => true,
		payment => {type => 'payment_intent', payment_intent => $intent->{id}}, status => 'open',
		status_transitions => {canceled_at => undef, paid_at => undef},
	};
}

sub portal_object ($given) {
	return {
		head('billing_portal.session', 'bps'),
		configuration => 'bpc_sandbox', customer_account => undef, flow => undef, locale => undef,
		on_behalf_of => undef, return_url => undef, %$given,
	};
}

# object is a snapshot; request is the id and key of the call that caused it, if one did.
sub event_object ($type, $object, $previous, $version, $request) {
	return {
		head('event', 'evt'),
		api_version => $version,
		data => {object => $object, $previous ? (previous_attributes => $previous) : ()},
		pending_webhooks => 1,
		request => {id => $request->{id}, idempotency_key => $request->{idempotency_key}}, type => $type,
	};
}

1;
