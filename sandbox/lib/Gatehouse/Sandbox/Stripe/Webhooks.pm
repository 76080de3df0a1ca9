# SPDX-License-Identifier: MIT
# Delivery of events: each is posted, freshly signed, until it is answered with 2xx.
# Deliveries are stored before they are tried, so they survive a kill; one that was in
# flight is sent again, as Stripe's promise is "at least once".
package Gatehouse::Sandbox::Stripe::Webhooks;
use Mojo::Base -base, -signatures;
use Digest::SHA qw(hmac_sha256_hex);
use Gatehouse::Sandbox::Stripe::Id qw(new_id);
use List::Util qw(max min shuffle);
use Mojo::IOLoop;
use Mojo::JSON qw(encode_json);
use Mojo::UserAgent;
use Time::HiRes qw(time);

use constant LEAST_PAUSE => 0.05;   # seconds between attempts, whatever the settings say
use constant NOTE_LENGTH => 200;    # characters of an answer that are kept for the page

has 'stripe', undef, weak => 1;
has ua => sub { Mojo::UserAgent->new(max_redirects => 0, max_connections => 0, connect_timeout => 5) };
has waiting => sub { {} };    # id => due, for those that are pending and not in flight
has agenda  => sub { [] };    # [due, id] by due; one that waiting does not confirm is void
has flying  => sub { {} };

# recall: finds the pending deliveries of a former life.
sub recall ($self) {
	$self->waiting({})->agenda([]);
	$self->await(@$_{qw(id due)}) for sort { $a->{due} <=> $b->{due} } grep { $_->{status} eq 'pending' } $self->all;
	return $self;
}

sub all ($self) { $self->stripe->store->list('delivery') }

# of(event id): its deliveries, oldest first.
sub of ($self, $event) { grep { $_->{event} eq $event } $self->all }

# queue(event): makes its deliveries as the account's settings say.
sub queue ($self, $event) {
	my $set    = $self->stripe->all_settings;
	my %status = (send => 'pending', hold => 'held', drop => 'dropped');
	for (1 .. $set->{copies}) {
		my $chance = $set->{shuffle} ? rand $set->{shuffle} : 0;    # rand 0 would be rand 1
		$self->add($event->{id}, $status{$set->{mode}}, time + $set->{delay} + $chance);
	}
}

# add(event id, status, due): one more delivery of an event.
sub add ($self, $event, $status, $due) {
	$self->put({id => new_id('dlv'), event => $event, created => time, due => $due, status => $status,
		attempts => 0, code => undef, note => undef});
}

sub put ($self, $delivery) {
	$self->stripe->store->put(delivery => $delivery->{id}, $delivery);
	my $waits = $delivery->{status} eq 'pending' && !$self->flying->{$delivery->{id}};
	$waits ? $self->await(@$delivery{qw(id due)}) : delete $self->waiting->{$delivery->{id}};
	return $delivery;
}

# await(id, due): puts it in its place on the agenda, behind those of the same moment.
sub await ($self, $id, $due) {
	my $agenda = $self->agenda;
	my ($low, $high) = (0, scalar @$agenda);
	while ($low < $high) {
		my $middle = int(($low + $high) / 2);
		if ($agenda->[$middle][0] <= $due) { $low = $middle + 1 } else { $high = $middle }
	}
	splice @$agenda, $low, 0, [$due, $id];
	$self->waiting->{$id} = $due;
}

# release(order, statuses…): sends what was held (or dropped) in the order fifo, reverse or
# random, one after the other.  Returns how many.
sub release ($self, $order, @status) {
	my %wanted = map { $_ => 1 } @status;
	my @list = grep { $wanted{$_->{status}} } $self->all;
	@list = reverse @list if $order eq 'reverse';
	@list = shuffle @list if $order eq 'random';
	my $due = time;
	$self->put({%$_, status => 'pending', due => $due += 0.001}) for @list;
	return scalar @list;
}

# drop: gives up everything that is not delivered yet.  Returns how many.
sub drop ($self) {
	my @list = grep { $_->{status} =~ /^(?:pending|held)$/ } $self->all;
	$self->put({%$_, status => 'dropped'}) for @list;
	return scalar @list;
}

# pump: starts what is due, as far as parallel attempts allow, and wakes again for the next.
sub pump ($self) {
	my $agenda = $self->agenda;
	my $free   = $self->stripe->setting('parallel') - keys %{$self->flying};
	while ($free > 0 && @$agenda) {
		my ($due, $id) = @{$agenda->[0]};
		return $self->wake($due - time) if $due > time;
		shift @$agenda;
		$free -= $self->attempt($id) if ($self->waiting->{$id} // -1) == $due;
	}
}

sub wake ($self, $seconds) {
	$seconds = max(0.01, $seconds);
	Mojo::IOLoop->remove($self->{timer}) if $self->{timer};
	$self->{timer} = Mojo::IOLoop->timer($seconds, sub { delete $self->{timer}; $self->pump });
}

# attempt(id): posts it; returns how many attempts that started: 0 when its transaction was undone.
sub attempt ($self, $id) {
	delete $self->waiting->{$id};
	my $store    = $self->stripe->store;
	my $delivery = $store->get(delivery => $id) or return 0;
	my $event    = $store->get(event => $delivery->{event});
	$self->flying->{$id} = 1;
	my $tx = $self->signed_post(encode_json(Gatehouse::Sandbox::Stripe::visible($event)));
	$self->ua->request_timeout($self->stripe->setting('timeout'));
	$self->ua->start_p($tx)->then(
		sub ($tx) { $self->finish($id, $tx->res->code, $tx->res->body) },
		sub ($error) { $self->finish($id, undef, $error) },
	)->catch(sub ($error) { warn "delivery $id: $error\n" });
	return 1;
}

# The header that Stripe sends: v1 is HMAC-SHA256 of "t.body" with the whole secret as key
# (docs.stripe.com/webhooks, "Verify webhook signatures manually").
sub signed_post ($self, $body) {
	my $set  = $self->stripe->settings;
	my $t    = int time;
	my $v1   = hmac_sha256_hex("$t.$body", $set->signing_secret);
	my %head = (
		'Content-Type'     => 'application/json; charset=utf-8',
		'Stripe-Signature' => "t=$t,v1=$v1",
		'User-Agent'       => 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
	);
	return $self->ua->build_tx(POST => $set->webhook_url, \%head, $body);
}

sub finish ($self, $id, $code, $note) {
	delete $self->flying->{$id};
	my $store = $self->stripe->store;
	if (my $delivery = $store->get(delivery => $id)) {
		$store->transaction(sub { $self->note_attempt($delivery, $code, $note) });
	}
	$self->pump;
}

sub note_attempt ($self, $delivery, $code, $note) {
	my $good     = defined $code && $code >= 200 && $code < 300;
	my $attempts = $delivery->{attempts} + 1;
	my $set      = $self->stripe->all_settings;
	my $pause    = max(LEAST_PAUSE, min($set->{retry_limit}, $set->{retry_base} * 2**min($attempts - 1, 30)));
	my $status   = $good ? 'delivered' : $delivery->{status};
	$self->mark_delivered($delivery->{event}) if $good;
	$self->put({%$delivery, attempts => $attempts, code => $code, note => substr($note, 0, NOTE_LENGTH),
		status => $status, due => $good ? time : time + $pause});
}

# untried(event id): whether it has a delivery that is due and was not answered yet.
sub untried ($self, $event) {
	my $store = $self->stripe->store;
	my $soon  = time + 1;
	my @open  = grep {defined} map { $store->get(delivery => $_) } keys %{$self->waiting}, keys %{$self->flying};
	return scalar grep { $_->{event} eq $event && $_->{attempts} == 0 && $_->{due} < $soon } @open;
}

# What GET /v1/events?delivery_success= looks at.
sub mark_delivered ($self, $id) {
	my $event = $self->stripe->find(event => $id);
	$self->stripe->change($event, _delivered => 1, pending_webhooks => 0) if !$event->{_delivered};
}

1;
