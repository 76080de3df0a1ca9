# SPDX-License-Identifier: MIT
# The Stripe account of the sandbox: its objects, its settings, and the events that tell
# what happened to them.  What a payment does is in Stripe::Payments, delivery of events
# in Stripe::Webhooks, the calls of the API in Stripe::Calls.
package Gatehouse::Sandbox::Stripe;
use Mojo::Base -base, -signatures;
use Gatehouse::Sandbox::Stripe::Error;
use Gatehouse::Sandbox::Stripe::Legacy;
use Gatehouse::Sandbox::Stripe::Payments;
use Gatehouse::Sandbox::Stripe::Shape qw(event_object);
use Gatehouse::Sandbox::Stripe::Webhooks;
use Mojo::JSON;

# The API version of the account, and the old one that events may be told in.
use constant VERSION     => '2026-10-28.endive';
use constant OLD_VERSION => '2020-03-02';

# How many lines an invoice itself shows.
use constant LINES_SHOWN => 10;

# How the account behaves; changed on the sandbox page and by POST /sandbox/control.
my %DEFAULTS = (
	event_shape  => 'current',   # current | 2020
	mode         => 'send',      # send | hold | drop: what becomes of new deliveries
	copies       => 1,           # deliveries of each event
	delay        => 0,           # seconds before the first attempt
	shuffle      => 0,           # further random seconds, so that the order is lost
	parallel     => 8,           # attempts at the same time
	retry_base   => 0.5,         # seconds before the second attempt; doubles each time
	retry_limit  => 60,          # longest pause between attempts, seconds
	timeout      => 10,          # seconds that an attempt may take
	redirect_wait => 10,         # longest wait for the webhook's first answer before a buyer is sent back
	settle_delay => 10,          # seconds until a slow bank transfer is settled; -1 = by hand only
);

# settings, store: see Gatehouse::Sandbox::Settings and ::Store
# request: id and idempotency key of the API call being served
has [qw(settings store)];
has request  => sub { {} };
has payments => sub ($self) { Gatehouse::Sandbox::Stripe::Payments->new(stripe => $self) };
has webhooks => sub ($self) { Gatehouse::Sandbox::Stripe::Webhooks->new(stripe => $self) };

# find(object, id): the stored object, or undef.
sub find ($self, $object, $id) { $self->store->get($object, $id // '') }

# list(object, code): the objects for which code is true, oldest first.
sub list ($self, $object, $wanted = sub ($one) {1}) {
	return grep { $wanted->($_) } $self->store->list($object);
}

# need(object, id, param): the object, or Stripe's error for a parameter that names none.
sub need ($self, $object, $id, $param) {
	return $self->find($object, $id)
		// Gatehouse::Sandbox::Stripe::Error->missing(label($object), $id, $param);
}

# label(object): the word Stripe uses for a kind in its messages.
sub label ($object) {
	state $word = {'checkout.session' => 'checkout.session', payment_intent => 'payment_intent'};
	return $word->{$object} // $object;
}

# save(object): stores it under its own kind and id; returns it.
sub save ($self, $object) { $self->store->put($object->{object}, $object->{id}, $object) }

# change(object, fields): stores a copy with those fields; returns the copy.
sub change ($self, $object, %fields) { $self->save({%$object, %fields}) }

# emit(type, object, previous): records an event and queues its deliveries.
# previous holds the former values of what changed, for *.updated events.
sub emit ($self, $type, $object, $previous = undef) {
	my $old     = $self->setting('event_shape') eq '2020';
	my $version = $old ? OLD_VERSION : VERSION;
	return if $old && $type =~ /^invoice_payment\./;    # not known in 2020
	my $shown = visible($object);
	$shown = Gatehouse::Sandbox::Stripe::Legacy->new(stripe => $self)->downgrade($shown) if $old;
	my $event = event_object($type, $shown, $previous && visible($previous), $version, $self->request);
	$self->save($event);
	$self->webhooks->queue($event);
	return $event;
}

# add(object, type): stores a new object and emits the event that tells of it.
sub add ($self, $object, $type) {
	$self->save($object);
	$self->emit($type, $object);
	return $object;
}

# amend(object, type, fields): changes an object and emits an event with previous_attributes.
sub amend ($self, $object, $type, %fields) {
	my %previous = map { $_ => $object->{$_} } grep { !same($object->{$_}, $fields{$_}) } keys %fields;
	my $new = $self->change($object, %fields);
	$self->emit($type, $new, \%previous) if %previous;
	return $new;
}

sub same ($one, $other) { Mojo::JSON::to_json($one) eq Mojo::JSON::to_json($other) }

# visible(value): a deep copy without the sandbox's own fields.  An invoice shows its
# first ten lines; the others are in the list of its lines.
sub visible ($value) {
	return [map { visible($_) } @$value] if ref $value eq 'ARRAY';
	return $value if ref $value ne 'HASH';
	my %copy = map { $_ => visible($value->{$_}) } grep { !/^_/ } keys %$value;
	if (($copy{object} // '') eq 'invoice' && @{$copy{lines}{data} // []} > LINES_SHOWN) {
		$copy{lines} = {%{$copy{lines}}, has_more => Mojo::JSON->true, data => [@{$copy{lines}{data}}[0 .. LINES_SHOWN - 1]]};
	}
	return \%copy;
}

# setting(name), all_settings, change_settings(hash): how the account behaves.
sub setting ($self, $name) { $self->all_settings->{$name} }

sub all_settings ($self) { return {%DEFAULTS, %{$self->store->get(setting => 'account') // {}}} }

sub change_settings ($self, $given) {
	$self->store->put(setting => 'account', {%{$self->all_settings}, %$given});
}

# at(due, action, id): remembers to do something later; see Payments::run_timers.
sub at ($self, $due, $action, $id) {
	$self->store->put(timer => "$action:$id", {due => $due, action => $action, id => $id});
}

1;
