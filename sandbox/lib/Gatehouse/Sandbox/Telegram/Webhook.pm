# SPDX-License-Identifier: MIT
# Delivery of updates: one after the other, each posted with the secret header until it is
# answered with 2xx or given up.  Updates are stored before they are tried.
package Gatehouse::Sandbox::Telegram::Webhook;
use Mojo::Base -base, -signatures;
use List::Util qw(min);
use Mojo::IOLoop;
use Mojo::JSON qw(encode_json false);
use Mojo::UserAgent;
use Time::HiRes qw(time);

# Kinds that are left out unless they are asked for by name (core.telegram.org/bots/api#setwebhook).
my %SHY = map { $_ => 1 } qw(chat_member message_reaction message_reaction_count);

has 'telegram', undef, weak => 1;
has queued => sub { [] };    # ids of pending deliveries, in order; some may be void
has ua => sub { Mojo::UserAgent->new(max_redirects => 0, connect_timeout => 5) };

# recall: finds the pending updates of a former life.
sub recall ($self) { return $self->queued([map { $_->{status} eq 'pending' ? $_->{id} : () } $self->all]) }

# hook: what setWebhook left: url, secret_token, allowed_updates, max_connections; or undef.
sub hook ($self) { $self->telegram->store->get(tg_hook => 'hook') }

# set(fields), or set(undef) for none.
sub set ($self, $hook) {
	my $store = $self->telegram->store;
	$hook ? $store->put(tg_hook => 'hook', $hook) : $store->remove(tg_hook => 'hook');
	delete $self->{wait};
}

# wanted(kind): whether updates of that kind are made at all.
sub wanted ($self, $kind) {
	my $allowed = ($self->telegram->store->get(tg_allowed => 'list') // {kinds => []})->{kinds};
	return @$allowed ? scalar grep { $_ eq $kind } @$allowed : !$SHY{$kind};
}

# queue(update, body): to be delivered; body is what is posted instead, for tests.
sub queue ($self, $update, $body = undef) {
	my $set = $self->telegram->all_settings;
	$self->put({update => $update, body => $body, status => $set->{mode} eq 'hold' ? 'held' : 'pending', attempts => 0, due => 0})
		for 1 .. $set->{copies};
	return $update;
}

sub put ($self, $delivery) {
	push @{$self->queued}, $delivery->{id} = $self->telegram->next_number(delivery => 1) if !defined $delivery->{id};
	return $self->telegram->store->put(tg_delivery => $delivery->{id}, $delivery);
}

sub all ($self) { $self->telegram->store->list('tg_delivery') }

# pending: those that are to be delivered, in order.
sub pending ($self) {
	my $queued = $self->queued;
	my $is_due = sub ($id) { my $one = $self->telegram->store->get(tg_delivery => $id); $one && $one->{status} eq 'pending' };
	shift @$queued while @$queued && !$is_due->($queued->[0]);
	return map { $is_due->($_) ? $self->telegram->store->get(tg_delivery => $_) : () } @$queued;
}

# release(order): sends what was held, also in the wrong order.  Returns how many.
sub release ($self, $order) {
	my @held = grep { $_->{status} eq 'held' } $self->all;
	my $store = $self->telegram->store;
	$store->remove(tg_delivery => $_->{id}) for @held;
	@held = reverse @held if $order eq 'reverse';
	$self->put({%$_, id => undef, status => 'pending'}) for @held;
	return scalar @held;
}

# pump: posts the oldest pending update, unless one is under way or must wait.
sub pump ($self) {
	my $hook = $self->hook or return;
	return if $self->{flying} || $self->{wait} && $self->{wait} > time;
	my ($next) = $self->pending or return;
	$self->{flying} = 1;
	$self->ua->request_timeout($self->telegram->setting('timeout'));
	my %head = ('Content-Type' => 'application/json',
		defined $hook->{secret_token} ? ('X-Telegram-Bot-Api-Secret-Token' => $hook->{secret_token}) : ());
	$self->ua->start_p($self->ua->build_tx(POST => $hook->{url}, \%head, $next->{body} // encode_json($next->{update})))->then(
		sub ($tx) { $self->finish($next->{id}, $tx->res->code, $tx->res->message) },
		sub ($error) { $self->finish($next->{id}, undef, $error) },
	)->catch(sub ($error) { warn "update $next->{id}: $error\n" });
}

sub finish ($self, $id, $code, $note) {
	my $store = $self->telegram->store;
	$self->{flying} = 0;
	if (my $delivery = $store->get(tg_delivery => $id)) {
		$store->transaction(sub { $self->note($delivery, $code, $note) });
	}
	$self->pump;
}

sub note ($self, $delivery, $code, $note) {
	my $set   = $self->telegram->all_settings;
	my $good  = defined $code && $code =~ /^2/;
	my $tries = $delivery->{attempts} + 1;
	my $status = $good ? 'delivered' : $tries >= $set->{give_up} ? 'given_up' : 'pending';
	$self->put({%$delivery, attempts => $tries, status => $status, code => $code});
	return delete $self->{wait} if $status ne 'pending';
	my $why = defined $code ? "Wrong response from the webhook: $code " . ($note // '') : 'Connection failed';
	$self->telegram->store->put(tg_fault_note => 'last', {at => int time, message => $why});
	my $pause = min($set->{retry_limit}, $set->{retry_base} * 2**min($tries - 1, 30));
	$self->{wait} = time + $pause;
	Mojo::IOLoop->timer($pause + 0.01, sub { $self->pump });
}

# info: the answer of getWebhookInfo.
sub info ($self) {
	my $hook = $self->hook;
	my $last = $self->telegram->store->get(tg_fault_note => 'last');
	return {url => $hook ? $hook->{url} : '', has_custom_certificate => false, pending_update_count => scalar(my @all = $self->pending),
		$hook ? (max_connections => $hook->{max_connections}, ip_address => '127.0.0.1') : (),
		$hook && @{$hook->{allowed_updates} // []} ? (allowed_updates => $hook->{allowed_updates}) : (),
		$hook && $last ? (last_error_date => $last->{at}, last_error_message => $last->{message}) : ()};
}

1;
