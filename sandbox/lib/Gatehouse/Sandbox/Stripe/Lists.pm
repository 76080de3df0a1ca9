# SPDX-License-Identifier: MIT
# The collections that can be read: how each is called, what it holds, how it is filtered.
package Gatehouse::Sandbox::Stripe::Lists;
use Mojo::Base -strict, -signatures;
use Exporter qw(import);
our @EXPORT_OK = qw(%COLLECTIONS matches);

# path => {object, filters => {parameter => type}, by => {parameter => test(object, value)}}.
# A filter without a test compares the field of the same name.
our %COLLECTIONS = (
	'charges' => {object => 'charge', filters => {customer => 'string', payment_intent => 'string'}},
	'checkout/sessions' => {
		object  => 'checkout.session',
		filters => {customer => 'string', payment_intent => 'string', subscription => 'string',
			status => \[qw(complete expired open)], customer_details => {email => 'string'}},
		by => {customer_details => sub ($one, $want) { same(($one->{customer_details} // {})->{email}, $want->{email}) }},
	},
	'customers' => {object => 'customer', filters => {email => 'string'}},
	'disputes'  => {object => 'dispute', filters => {charge => 'string', payment_intent => 'string'}},
	'events'    => {
		object  => 'event',
		filters => {type => 'string', types => ['string'], delivery_success => 'bool'},
		by => {type => sub ($one, $want) { type_matches($one, $want) },
			types => sub ($one, $want) { grep { type_matches($one, $_) } @$want },
			delivery_success => sub ($one, $want) { !!$one->{_delivered} == !!$want }},
	},
	'invoice_payments' => {
		object  => 'invoice_payment',
		filters => {invoice => 'string', status => \[qw(canceled open paid)],
			payment => {'type!' => \['payment_intent'], payment_intent => 'string'}},
		by => {payment => sub ($one, $want) { same($one->{payment}{payment_intent}, $want->{payment_intent}) }},
	},
	'invoices' => {
		object  => 'invoice',
		filters => {customer => 'string', subscription => 'string', status => \[qw(draft open paid uncollectible void)],
			collection_method => 'string'},
		by => {subscription => sub ($one, $want) { same($one->{parent}{subscription_details}{subscription}, $want) }},
	},
	'payment_intents' => {object => 'payment_intent', filters => {customer => 'string'}},
	'payment_methods' => {object => 'payment_method', filters => {customer => 'string', type => 'string'}},
	'prices'          => {
		object  => 'price',
		filters => {active => 'bool', product => 'string', currency => 'currency', type => \[qw(one_time recurring)],
			lookup_keys => ['string'], recurring => {interval => 'string', usage_type => 'string'}},
		by => {lookup_keys => sub ($one, $want) { grep { same($one->{lookup_key}, $_) } @$want },
			recurring => sub ($one, $want) { $one->{recurring} && same($one->{recurring}{interval}, $want->{interval}) }},
	},
	'products' => {
		object  => 'product',
		filters => {active => 'bool', ids => ['string'], url => 'string', shippable => 'bool'},
		by => {ids => sub ($one, $want) { grep { $one->{id} eq $_ } @$want }},
	},
	'refunds' => {object => 'refund', filters => {charge => 'string', payment_intent => 'string'}},
	'subscriptions' => {
		object  => 'subscription',
		filters => {customer => 'string', price => 'string',
			status => \[qw(active all canceled ended incomplete past_due trialing unpaid)]},
		by => {status => sub ($one, $want) { subscription_status($one, $want) },
			price => sub ($one, $want) { grep { $_->{price}{id} eq $want } @{$one->{items}{data}} }},
		# What Stripe does when no status is asked for.
		defaults => {status => 'not canceled'},
	},
);

# matches(collection, object, params): whether the object passes all filters.
sub matches ($collection, $one, $params) {
	my %want = (%{$collection->{defaults} // {}}, %$params);
	return 0 if $want{created} && !in_range($one->{created}, $want{created});
	for my $name (grep { $collection->{filters}{$_} && defined $want{$_} } keys %want) {
		my $test = $collection->{by}{$name} // sub ($one, $want) { same($one->{$name}, $want) };
		return 0 if !$test->($one, $want{$name});
	}
	return 1;
}

sub same ($one, $want) { !defined $want || (defined $one && "$one" eq "$want") }

# "charge.*" stands for all types of charge; "*" for all.
sub type_matches ($event, $want) {
	my $pattern = join '.*', map {quotemeta} split /\*/, $want, -1;
	return $event->{type} =~ /^$pattern$/;
}

sub subscription_status ($one, $want) {
	return 1 if $want eq 'all';
	return $one->{status} ne 'canceled' if $want eq 'not canceled';
	return $one->{status} eq ($want eq 'ended' ? 'canceled' : $want);
}

sub in_range ($at, $range) {
	return 0 if defined $range->{gt}  && $at <= $range->{gt};
	return 0 if defined $range->{gte} && $at < $range->{gte};
	return 0 if defined $range->{lt}  && $at >= $range->{lt};
	return 0 if defined $range->{lte} && $at > $range->{lte};
	return 1;
}

1;
