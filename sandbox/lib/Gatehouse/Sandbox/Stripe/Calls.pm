# SPDX-License-Identifier: MIT
# The calls of Stripe's API that are known: method, path, declared parameters, and what they do.
package Gatehouse::Sandbox::Stripe::Calls;
use Mojo::Base -strict, -signatures;
use Exporter qw(import);
use Gatehouse::Sandbox::Stripe::Checkout qw(%SESSION_PARAMS create_session);
use Gatehouse::Sandbox::Stripe::Error;
use Gatehouse::Sandbox::Stripe::Lists qw(%COLLECTIONS matches);
use Gatehouse::Sandbox::Stripe::Pages qw(page %PAGE_PARAMS);
use Gatehouse::Sandbox::Stripe::Shape qw(:all);
use Mojo::JSON qw(false true);
our @EXPORT_OK = qw(all_calls);

my $ERROR = 'Gatehouse::Sandbox::Stripe::Error';

my %CUSTOMER = (
	email => 'email', name => 'string', description => 'string', phone => 'string', metadata => 'metadata',
	address => 'any', shipping => 'any', preferred_locales => ['string'], tax_exempt => \[qw(exempt none reverse)],
	invoice_settings => 'any',
);
my %PRODUCT = (
	active => 'bool', description => 'string', metadata => 'metadata', images => ['string'], url => 'url',
	statement_descriptor => 'string', unit_label => 'string', tax_code => 'string', shippable => 'bool',
);
my %RECURRING = ('interval!' => \[qw(day month week year)], interval_count => 'positive', usage_type => \['licensed']);
my %PRICE = (
	active => 'bool', lookup_key => 'string', metadata => 'metadata', nickname => 'string',
	transfer_lookup_key => 'bool', tax_behavior => \[qw(exclusive inclusive unspecified)],
);

# Each: [method, path, parameters, code(stripe, params, id)].  :id is the part between slashes.
my @CALLS = (
	[POST => 'customers', {%CUSTOMER}, \&create_customer],
	[POST => 'customers/:id', {%CUSTOMER}, updater('customer')],
	[DELETE => 'customers/:id', {}, remover('customer')],
	[POST => 'products', {%PRODUCT, 'name!' => 'string', id => 'string',
			default_price_data => {'currency!' => 'currency', 'unit_amount!' => 'count', recurring => {%RECURRING},
				metadata => 'metadata'}}, \&create_product],
	[POST => 'products/:id', {%PRODUCT, name => 'string', default_price => 'string'}, updater('product')],
	[DELETE => 'products/:id', {}, \&delete_product],
	[POST => 'prices', {%PRICE, 'currency!' => 'currency', 'unit_amount!' => 'count', product => 'string',
			billing_scheme => \['per_unit'], recurring => {%RECURRING},
			product_data => {'name!' => 'string', id => 'string', active => 'bool', metadata => 'metadata'}}, \&create_price],
	[POST => 'prices/:id', {%PRICE}, \&update_price],
	[POST => 'checkout/sessions', {%SESSION_PARAMS}, sub ($stripe, $given, $id) { create_session($stripe, $given) }],
	[POST => 'checkout/sessions/:id', {metadata => 'metadata'}, updater('checkout.session')],
	[POST => 'checkout/sessions/:id/expire', {}, \&expire_session],
	[GET => 'checkout/sessions/:id/line_items', {%PAGE_PARAMS}, \&session_lines],
	[POST => 'payment_intents/:id', {metadata => 'metadata', description => 'string'}, updater('payment_intent')],
	[POST => 'charges/:id', {metadata => 'metadata', description => 'string'}, updater('charge')],
	[GET => 'invoices/:id/lines', {%PAGE_PARAMS}, \&invoice_lines],
	[POST => 'invoices/:id', {metadata => 'metadata'}, updater('invoice')],
	[POST => 'invoices/:id/pay', {}, sub ($stripe, $given, $id) { $stripe->payments->pay_invoice(seek_one($stripe, invoice => $id)) }],
	[POST => 'subscriptions/:id', {metadata => 'metadata', cancel_at_period_end => 'bool'}, \&update_subscription],
	[DELETE => 'subscriptions/:id', {invoice_now => 'bool', prorate => 'bool'}, \&cancel_subscription],
	[POST => 'refunds', {charge => 'string', payment_intent => 'string', amount => 'positive', metadata => 'metadata',
			reason => \[qw(duplicate fraudulent requested_by_customer)], instructions_email => 'email'}, \&create_refund],
	[POST => 'refunds/:id', {metadata => 'metadata'}, updater('refund')],
	[POST => 'billing_portal/sessions', {'customer!' => 'string', return_url => 'url', configuration => 'string',
			flow_data => 'any', locale => 'string', on_behalf_of => 'string'}, \&create_portal],
);

# all_calls: the whole table, with a list and a retrieve call for each collection.
sub all_calls () {
	my @calls = @CALLS;
	for my $path (sort keys %COLLECTIONS) {
		my $of = $COLLECTIONS{$path};
		push @calls, [GET => $path, {%PAGE_PARAMS, created => 'range', %{$of->{filters}}}, lister($path, $of)];
		push @calls, [GET => "$path/:id", {}, sub ($stripe, $given, $id) { seek_one($stripe, $of->{object}, $id) }];
	}
	return @calls;
}

sub lister ($path, $of) {
	return sub ($stripe, $given, $id) {
		my @found = $stripe->list($of->{object}, sub ($one) { matches($of, $one, $given) });
		return page(\@found, $given, "/v1/$path", Gatehouse::Sandbox::Stripe::label($of->{object}));
	};
}

# The object that an address names, or 404.
sub seek_one ($stripe, $object, $id) {
	return $stripe->find($object, $id)
		// $ERROR->missing(Gatehouse::Sandbox::Stripe::label($object), $id, 'id', 404);
}

# Metadata is merged by key; an empty value removes the key.
sub merged ($object, $given) {
	return %$given if !$given->{metadata};
	my %metadata = (%{$object->{metadata}}, %{$given->{metadata}});
	delete @metadata{grep { $metadata{$_} eq '' } keys %metadata};
	return (%$given, metadata => \%metadata);
}

my %UPDATE_EVENT = (customer => 'customer.updated', product => 'product.updated', price => 'price.updated',
	charge => 'charge.updated', refund => 'refund.updated', invoice => 'invoice.updated',
	subscription => 'customer.subscription.updated');

sub update ($stripe, $object, $given) {
	my %fields = merged($object, $given);
	my $event  = $UPDATE_EVENT{$object->{object}};
	return $event ? $stripe->amend($object, $event, %fields) : $stripe->change($object, %fields);
}

sub updater ($kind) {
	return sub ($stripe, $given, $id) {
		my $object = seek_one($stripe, $kind, $id);
		my %stamp  = $kind eq 'product' ? (updated => time) : ();
		return update($stripe, $object, {%$given, %stamp});
	};
}

sub remover ($kind) {
	return sub ($stripe, $given, $id) {
		my $object = seek_one($stripe, $kind, $id);
		$stripe->store->remove($kind, $id);
		$stripe->emit("$kind.deleted", $object);
		return {id => $id, object => $kind, deleted => true};
	};
}

sub create_customer ($stripe, $given, $id) { $stripe->add(customer_object({merged({metadata => {}}, $given)}), 'customer.created') }

sub create_product ($stripe, $given, $id) {
	my $price = delete $given->{default_price_data};
	$ERROR->throw(code => 'resource_already_exists', param => 'id', message => 'Product already exists.')
		if defined $given->{id} && $stripe->find(product => $given->{id});
	my $product = $stripe->add(product_object({merged({metadata => {}}, $given)}), 'product.created');
	return $product if !$price;
	$price = $stripe->add(price_object({%$price, product => $product->{id}}), 'price.created');
	return $stripe->change($product, default_price => $price->{id});
}

sub delete_product ($stripe, $given, $id) {
	$ERROR->throw(begun => 1, message => 'This product cannot be deleted because it has one or more user-created prices.')
		if $stripe->list(price => sub ($one) { $one->{product} eq $id });
	return remover('product')->($stripe, $given, $id);
}

sub create_price ($stripe, $given, $id) {
	my $data = delete $given->{product_data};
	$ERROR->throw(code => 'parameter_missing', param => 'product', message => 'You must specify either `product` or `product_data` when creating a price.')
		if !$data == !defined $given->{product};
	claim_lookup_key($stripe, $given);
	$given->{product} = $data
		? $stripe->add(product_object($data), 'product.created')->{id}
		: $stripe->need(product => $given->{product}, 'product')->{id};
	return $stripe->add(price_object({merged({metadata => {}}, $given)}), 'price.created');
}

sub update_price ($stripe, $given, $id) {
	my $price = seek_one($stripe, price => $id);
	claim_lookup_key($stripe, $given, $id);
	return update($stripe, $price, $given);
}

# A lookup key belongs to one price; transfer_lookup_key takes it from the other.
sub claim_lookup_key ($stripe, $given, $id = '') {
	my $transfer = delete $given->{transfer_lookup_key};
	my $key      = $given->{lookup_key} // return;
	my ($other)  = $stripe->list(price => sub ($one) { ($one->{lookup_key} // '') eq $key && $one->{id} ne $id });
	return if !$other;
	$ERROR->throw(param => 'lookup_key', message =>
		"A price (`$other->{id}`) already uses that lookup key.") if !$transfer;
	$stripe->amend($other, 'price.updated', lookup_key => undef);
}

sub expire_session ($stripe, $given, $id) {
	my $session = seek_one($stripe, 'checkout.session', $id);
	$ERROR->throw(begun => 1, message => "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of `$session->{status}`.")
		if $session->{status} ne 'open';
	return $stripe->payments->expire($session);
}

sub session_lines ($stripe, $given, $id) {
	my $session = seek_one($stripe, 'checkout.session', $id);
	return page([reverse @{$session->{_line_items}}], $given, "/v1/checkout/sessions/$id/line_items", 'item');
}

sub invoice_lines ($stripe, $given, $id) {
	my $invoice = seek_one($stripe, invoice => $id);
	return page([reverse @{$invoice->{lines}{data}}], $given, "/v1/invoices/$id/lines", 'line_item');
}

sub update_subscription ($stripe, $given, $id) {
	my $sub = seek_one($stripe, subscription => $id);
	if (defined(my $end = $given->{cancel_at_period_end})) {
		$given->{cancel_at}   = $end ? $sub->{items}{data}[0]{current_period_end} : undef;
		$given->{canceled_at} = $end ? time : undef;
	}
	return update($stripe, $sub, $given);
}

sub cancel_subscription ($stripe, $given, $id) {
	return $stripe->payments->cancel(seek_one($stripe, subscription => $id));
}

sub create_refund ($stripe, $given, $id) {
	my ($charge, $intent) = delete @$given{qw(charge payment_intent)};
	$ERROR->throw(code => 'parameter_missing', message => 'One of the following params should be provided for this request: payment_intent or charge.')
		if !defined $charge && !defined $intent;
	if (defined $intent) {
		$intent = $stripe->need(payment_intent => $intent, 'payment_intent');
		$charge //= $intent->{latest_charge} // $ERROR->throw(begun => 1, param => 'payment_intent',
			message => "This PaymentIntent ($intent->{id}) does not have a successful charge to refund.");
	}
	my ($amount) = delete @$given{qw(amount instructions_email)};
	return $stripe->payments->refund($stripe->need(charge => $charge, 'charge'), $amount, %$given);
}

sub create_portal ($stripe, $given, $id) {
	$stripe->need(customer => $given->{customer}, 'customer');
	my $portal = portal_object({map { $_ => $given->{$_} } grep { $_ ne 'flow_data' } keys %$given});
	return $stripe->save({%$portal, url => $stripe->settings->public_url . "/sandbox/stripe/portal/$portal->{id}"});
}

1;
