# SPDX-License-Identifier: MIT
# Idempotency-Key as Stripe keeps it (docs.stripe.com/api/idempotent_requests): the first
# answer is given again, other parameters are an error, two at once are a conflict.
package Gatehouse::Sandbox::Stripe::Idempotency;
use Mojo::Base -base, -signatures;
use Gatehouse::Sandbox::Stripe::Error;

use constant LONGEST => 255;          # characters of a key
use constant KEPT    => 24 * 3600;    # seconds after which a key may be forgotten

my $ERROR = 'Gatehouse::Sandbox::Stripe::Error';

has 'store';
has busy => sub { {} };    # keys whose first request is still being served

# recall(key, path, print): the stored answer {status, body, request}, or undef when the
# request is the first of its key.  Throws when key and request do not fit.
sub recall ($self, $key, $path, $print) {
	$ERROR->throw(type => 'idempotency_error', message => 'Idempotency keys can be at most 255 characters long.')
		if length $key > LONGEST;
	$ERROR->throw(status => 409, type => 'idempotency_error', code => 'idempotency_key_in_use', message =>
		"There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): $key. Please try again later.")
		if $self->busy->{$key};
	my $kept = $self->store->get(idempotency => $key);
	return undef if !$kept || $kept->{at} < time - KEPT;
	$ERROR->throw(type => 'idempotency_error', message =>
		"Keys for idempotent requests can only be used for the same endpoint they were first used for ('$kept->{path}' vs '$path'). Try using a key other than '$key' if you meant to execute a different request.")
		if $kept->{path} ne $path;
	$ERROR->throw(type => 'idempotency_error', message =>
		"Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '$key' if you meant to execute a different request.")
		if $kept->{print} ne $print;
	return $kept;
}

# keep(key, path, print, answer): remembers the answer; part of the call's own transaction.
sub keep ($self, $key, $path, $print, $answer) {
	$self->store->put(idempotency => $key, {%$answer, at => time, path => $path, print => $print});
}

# prune: forgets keys that are older than Stripe promises to keep them.
sub prune ($self) {
	my $store = $self->store;
	$store->transaction(sub {
		for my $key (grep { $store->get(idempotency => $_)->{at} < time - KEPT } keys %{$store->objects->{idempotency} // {}}) {
			$store->remove(idempotency => $key);
		}
	});
}

1;
