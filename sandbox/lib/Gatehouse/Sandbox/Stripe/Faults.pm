# SPDX-License-Identifier: MIT
# Failures on request: the next calls of the API answer 500 or 429, are slow, hang, or do
# their work and lose the answer.
package Gatehouse::Sandbox::Stripe::Faults;
use Mojo::Base -base, -signatures;
use Gatehouse::Sandbox::Stripe::Id qw(new_id);

# 500    begins and fails; kept for the idempotency key, as Stripe keeps its own
# 429    refused before it begins
# slow   answers rightly after some seconds; the key is in use meanwhile
# hang   does nothing and answers 503 after some seconds
# lost   does its work and closes the connection without an answer
our @MODES = qw(500 429 slow hang lost);

# kind: under which they are kept; each stand-in has its own
has 'store';
has kind => 'fault';

# add(mode, match, times, seconds): the next `times` calls whose "METHOD path" contains match.
sub add ($self, %fault) {
	my $id = new_id('fault');
	return $self->store->put($self->kind => $id, {id => $id, match => '', times => 1, seconds => 5, %fault});
}

sub all ($self) { $self->store->list($self->kind) }

sub clear ($self) { $self->store->remove($self->kind => $_->{id}) for $self->all }

# take(method, path): the fault that this call shall meet, counted down; or undef.
sub take ($self, $method, $path) {
	my ($fault) = grep { index("$method $path", $_->{match}) >= 0 } $self->all;
	return undef if !$fault;
	$self->store->transaction(sub {
		my $left = $fault->{times} - 1;
		$left > 0 ? $self->store->put($self->kind => $fault->{id}, {%$fault, times => $left})
			: $self->store->remove($self->kind => $fault->{id});
	});
	return $fault;
}

1;
