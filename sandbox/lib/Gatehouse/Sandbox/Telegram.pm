# SPDX-License-Identifier: MIT
# Telegram as one bot sees it: the people who may talk to it, chats, messages, updates.
# The calls of the Bot API are in Telegram::Calls, delivery of updates in Telegram::Webhook,
# sign-in in Telegram::Login.
# Kinds of objects in the store begin with "tg_".
package Gatehouse::Sandbox::Telegram;
use Mojo::Base -base, -signatures;
use Gatehouse::Sandbox::Stripe::Faults;
use Gatehouse::Sandbox::Telegram::Error;
use Gatehouse::Sandbox::Telegram::Login;
use Gatehouse::Sandbox::Telegram::Pace;
use Gatehouse::Sandbox::Telegram::Webhook;
use Mojo::JSON qw(false true);

# How Telegram behaves; changed by the control action `settings`.
my %DEFAULTS = (
	pace        => 0,       # 1: the limits of Telegram::Pace are enforced
	copies      => 1,       # deliveries of each update
	mode        => 'send',  # send | hold: what becomes of new updates
	retry_base  => 0.5,     # seconds before an update is sent again; doubles each time
	retry_limit => 60,      # longest such pause
	give_up     => 50,      # attempts
	timeout     => 10,      # seconds that an attempt may take
	alg         => 'RS256', # RS256 | ES256: what id tokens are signed with
	token_life  => 3600,    # seconds until an id token expires
);

# The people of a new sandbox.  Ids of people are longer than 32 bits nowadays.
use constant FIRST_PERSON => 7_000_000_001;
my @PEOPLE = (['Anna', 'Petrova', 'anna_p', 'ru'], ['Boris', '', 'boris', 'en'], ['Carmen', 'Ruiz', '', 'es']);

has [qw(settings store)];
has webhook => sub ($self) { Gatehouse::Sandbox::Telegram::Webhook->new(telegram => $self) };
has login   => sub ($self) { Gatehouse::Sandbox::Telegram::Login->new(telegram => $self) };
has pace    => sub ($self) { Gatehouse::Sandbox::Telegram::Pace->new };
has faults  => sub ($self) { Gatehouse::Sandbox::Stripe::Faults->new(store => $self->store, kind => 'tg_fault') };

# bot: the account of the bot, as getMe tells it.
sub bot ($self) {
	return {
		id => 0 + $self->settings->bot_id, is_bot => true, first_name => 'Gatehouse', username => $self->settings->bot_username,
		can_join_groups => true, can_read_all_group_messages => false, supports_inline_queries => false,
		can_connect_to_business => false, has_main_web_app => false,
	};
}

sub setting ($self, $name) { $self->all_settings->{$name} }

sub all_settings ($self) { return {%DEFAULTS, %{$self->store->get(tg_setting => 'all') // {}}} }

sub change_settings ($self, $given) { $self->store->put(tg_setting => 'all', {%{$self->all_settings}, %$given}) }

# next_number(name, first): a counter that only grows.
sub next_number ($self, $name, $first) {
	my $number = ($self->store->get(tg_counter => $name) // {n => $first - 1})->{n} + 1;
	$self->store->put(tg_counter => $name, {n => $number});
	return $number;
}

# ---- people and chats

# settle: makes the first people of an empty sandbox.
sub settle ($self) {
	return if $self->people;
	$self->store->transaction(sub {
		for my $one (@PEOPLE) {
			my %person;
			@person{qw(first_name last_name username language_code)} = @$one;
			$self->add_person(\%person);
		}
	});
}

sub people ($self) { $self->store->list('tg_person') }

# add_person(fields): first_name is needed; id is given out when absent.  The person.
sub add_person ($self, $given) {
	my $id = $given->{id} // $self->next_number(person => FIRST_PERSON);
	my %person = (id => 0 + $id, is_bot => false, map { length($given->{$_} // '') ? ($_ => $given->{$_}) : () }
		qw(first_name last_name username language_code));
	return $self->put_person({%person, _started => 0, _blocked => 0, _access => 0});
}

sub put_person ($self, $person) { $self->store->put(tg_person => $person->{id}, $person) }

# person(id): the person, or Telegram's error for an unknown one.
sub person ($self, $id) {
	return $self->store->get(tg_person => $id // '') // Gatehouse::Sandbox::Telegram::Error->throw('PEER_ID_INVALID');
}

# add_group(title, ids of people): a group with the bot in it.  Ids of groups are negative.
sub add_group ($self, $title, @ids) {
	my $id = -$self->next_number(group => 4_000_000_001);
	$self->store->put(tg_group => $id, {id => $id, type => 'group', title => $title, _in => 1, _people => [map { 0 + $_ } @ids]});
	$self->membership($self->person($ids[0]), $id, 'left', 'member') if @ids;
	return $self->store->get(tg_group => $id);
}

# chat(id): how a message describes the chat; undef for an unknown one.
sub chat ($self, $id) {
	my $group = $self->store->get(tg_group => $id);
	return {map { $_ => $group->{$_} } qw(id type title)} if $group;
	my $person = $self->store->get(tg_person => $id) // return undef;
	return {type => 'private', map { $_ => $person->{$_} } grep { exists $person->{$_} } qw(id first_name last_name username)};
}

# shown(person): as the API tells it.
sub shown ($person) { return {map { $_ => $person->{$_} } grep { !/^_/ } keys %$person} }

# ---- messages

# messages(chat id): what stands in the chat, oldest first.
sub messages ($self, $chat) {
	my $last = ($self->store->get(tg_counter => "message $chat") // {n => 0})->{n};
	return map { $self->message($chat, $_) // () } 1 .. $last;
}

# add_message(chat, from, fields): a new message at its end.  The numbers of messages
# count up in each chat.
sub add_message ($self, $chat, $from, %fields) {
	my $id = $self->next_number("message $chat->{id}", 1);
	return $self->put_message({message_id => $id, from => $from, chat => $chat, date => time, %fields});
}

sub put_message ($self, $message) {
	return $self->store->put(tg_message => "$message->{chat}{id}:$message->{message_id}", $message);
}

sub message ($self, $chat, $id) { $self->store->get(tg_message => "$chat:" . ($id // '')) }

sub remove_message ($self, $message) {
	$self->store->remove(tg_message => "$message->{chat}{id}:$message->{message_id}");
}

# ---- what people do

# says(person, text, chat id): a message to the bot, or to a group where it is.
sub says ($self, $person, $text, $chat = $person->{id}) {
	my $starts = $chat == $person->{id} && !$person->{_started};
	$self->unblock($person) if $person->{_blocked} && $chat == $person->{id};
	$self->put_person({%{$self->person($person->{id})}, _started => 1}) if $starts;
	my ($command) = $text =~ m{^(/\w{1,32}(?:\@\w+)?)};
	my @entities = $command ? (entities => [{type => 'bot_command', offset => 0, length => length $command}]) : ();
	my $message = $self->add_message($self->chat($chat), shown($person), text => $text, @entities);
	$self->update(message => $message) if $chat == $person->{id} || $command;    # privacy mode: core.telegram.org/bots/features#privacy-mode
	return $message;
}

# taps(person, chat id, message id, callback_data): a button under a message of the bot.
sub taps ($self, $person, $chat, $id, $data) {
	my $message = $self->message($chat, $id) // Gatehouse::Sandbox::Telegram::Error->throw('MESSAGE_ID_INVALID');
	my $query = $self->next_number(query => 100_000_000_000_000_001);
	$self->store->put(tg_query => $query, {id => "$query", person => $person->{id}, answered => 0});
	return $self->update(callback_query => {id => "$query", from => shown($person), message => $message,
		chat_instance => "$chat", data => $data});
}

sub block ($self, $person) {
	$self->put_person({%$person, _blocked => 1});
	$self->membership($person, $person->{id}, 'member', 'kicked');
}

sub unblock ($self, $person) {
	$self->put_person({%$person, _blocked => 0});
	$self->membership($person, $person->{id}, 'kicked', 'member');
}

# membership(person, chat id, old, new): my_chat_member, what becomes of the bot in a chat.
sub membership ($self, $person, $chat, $old, $new) {
	my %until = (kicked => {until_date => 0});
	my $me = {map { $_ => $self->bot->{$_} } qw(id is_bot first_name username)};
	$self->update(my_chat_member => {chat => $self->chat($chat), from => shown($person), date => time,
		old_chat_member => {user => $me, status => $old, %{$until{$old} // {}}},
		new_chat_member => {user => $me, status => $new, %{$until{$new} // {}}}});
}

# update(kind, object): queues an update; their ids grow one by one.
sub update ($self, $kind, $object) {
	return if !$self->webhook->wanted($kind);
	return $self->webhook->queue({update_id => $self->next_number(update => 700_000_001), $kind => $object});
}

# ---- the record of calls

# record(method, params, answer): keeps what the bot asked for, for tests and the page.
sub record ($self, $method, $params, $answer) {
	my $n = $self->next_number(call => 1);
	$self->store->put(tg_call => $n, {n => $n, at => time, method => $method, params => $params, ok => $answer->{ok},
		map { defined $answer->{$_} ? ($_ => $answer->{$_}) : () } qw(error_code description)});
}

1;
