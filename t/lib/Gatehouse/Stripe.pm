# SPDX-License-Identifier: MIT
package Gatehouse::Stripe;

# Events as Stripe would send them: payloads from t/data/stripe, composed ones,
# and signatures.  The signature is HMAC-SHA256 over "timestamp.body" with the
# whole secret as text (https://docs.stripe.com/webhooks#verify-manually).

use Mojo::Base -strict, -signatures;

use Digest::SHA 'hmac_sha256_hex';
use Exporter 'import';
use Gatehouse::Tables 'source_dir';
use Gatehouse::Process 'capture';
use Mojo::JSON qw(decode_json encode_json false true);
use Mojo::Util 'decode';

our @EXPORT_OK = qw(event payload payloads sign sign_by_stripe judge_by_stripe session invoice price product subscription);

# The Stripe-Signature header of a body, made at $time (seconds).
sub sign ($body, $secret, $time = time) {
	return "t=$time,v1=" . hmac_sha256_hex("$time.$body", $secret);
}

# The same by Stripe's own Node library, for each of the bodies, as of $time.
sub sign_by_stripe ($secret, $time, @bodies) {
	my @members = map { { payload => decode('UTF-8', $_), timestamp => $time } } @bodies;
	return ask_node('sign.mjs', [$secret], \@members);
}

# Whether Stripe's own library accepts them: of hashes {payload, header}, 0 or 1 each.
sub judge_by_stripe ($secret, @members) { ask_node('judge.mjs', [$secret], \@members) }

# Runs a program of t/node/journey with arguments and JSON on its standard input;
# returns the members of the JSON array it prints.
sub ask_node ($program, $args, $input) {
	my ($status, $out) = capture(['node', source_dir->child('t/node/journey', $program), @$args],
		input => encode_json($input));
	die "$program: $out" if $status;
	return @{ decode_json($out) };
}

# A sample event by the name of its file, e.g. 'invoice.paid.1' or '2020/invoice.paid'.
sub payload ($name) {
	return decode_json(source_dir->child("t/data/stripe/$name.json")->slurp);
}

# The names of all samples, sorted.
sub payloads {
	my $dir = source_dir->child('t/data/stripe');
	return map { $_->to_rel($dir) =~ s/\.json$//r } $dir->list_tree->grep(qr/\.json$/)->sort->each;
}

# An event of that type around an object; %o: id, created, api_version.
sub event ($type, $object, %o) {
	state $n = 0;
	return {
		id => $o{id} // sprintf('evt_%s%d', 'Made' . $$ . 'x', ++$n), object => 'event', type => $type,
		api_version => $o{api_version} // '2026-10-28.endive', created => $o{created} // time,
		livemode => false, pending_webhooks => 1,
		data => { object => $object }, request => { id => undef, idempotency_key => undef },
	};
}

# A finished Checkout Session of mode payment; fields may be replaced.
sub session ($id, %fields) {
	return {
		id => $id, object => 'checkout.session', mode => 'payment', status => 'complete',
		payment_status => 'paid', amount_subtotal => 499, amount_total => 499, currency => 'usd',
		customer => undef, customer_email => undef, client_reference_id => undef,
		customer_details => { email => 'buyer@example.test', name => 'Buyer' },
		metadata => {}, payment_intent => "pi_$id", invoice => undef, subscription => undef,
		created => time, livemode => false, %fields,
	};
}

# A paid invoice of one subscription line in today's shape; 2020 => 1 gives the
# shape of 2020, price and subscription name the line, the rest are fields.
sub invoice ($id, %fields) {
	my ($old, $price, $sub) = delete @fields{qw(2020 price subscription)};
	my %line = (id => "il_$id", object => 'line_item', amount => 999, currency => 'usd',
		quantity => 1, period => { start => time, end => time + 30 * 86400 });
	my %top;
	if ($old) {
		%line = (%line, type => 'subscription', proration => false, subscription => $sub,
			plan => { id => $price, object => 'plan' });
		%top = (subscription => $sub);
	} else {
		$line{pricing} = { type => 'price_details', price_details => { price => $price } };
		$line{parent}  = { type => 'subscription_item_details',
			subscription_item_details => { subscription => $sub, proration => false } };
		%top = (parent => { type => 'subscription_details',
			subscription_details => { subscription => $sub, metadata => {} } });
	}
	return {
		id => $id, object => 'invoice', status => 'paid', paid => true, currency => 'usd',
		amount_due => 999, amount_paid => 999, total => 999, customer => 'cus_Test1',
		billing_reason => 'subscription_cycle', created => time,
		lines => { object => 'list', has_more => false, data => [\%line] }, %top, %fields,
	};
}

# A price object; fields may be replaced.
sub price ($id, %fields) {
	return {
		id => $id, object => 'price', active => true, currency => 'usd', unit_amount => 499,
		type => 'one_time', recurring => undef, product => "prod_$id", lookup_key => undef,
		metadata => { credits => '100' }, created => time, livemode => false, %fields,
	};
}

# A product object; fields may be replaced.
sub product ($id, %fields) {
	return { id => $id, object => 'product', name => $id, active => true, description => undef, metadata => {},
		created => time, livemode => false, %fields };
}

# An active subscription to one price; 2020 => 1 puts the period on top.
sub subscription ($id, $price, %fields) {
	my $old  = delete $fields{2020};
	my %term = (current_period_start => time, current_period_end => time + 30 * 86400);
	return {
		id => $id, object => 'subscription', status => 'active', customer => 'cus_Test1',
		metadata => {}, created => time, cancel_at_period_end => false, $old ? %term : (),
		items => { object => 'list', data => [ { id => "si_$id", object => 'subscription_item',
			quantity => 1, price => ref $price ? $price : price($price), $old ? () : %term } ] },
		%fields,
	};
}

1;
