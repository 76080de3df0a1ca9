# SPDX-License-Identifier: MIT
# The methods of the Bot API that a bot like ours uses (core.telegram.org/bots/api).
# Each has a table of parameters; what is not listed is ignored, as Telegram does.
package Gatehouse::Sandbox::Telegram::Calls;
use Mojo::Base -strict, -signatures;
use Exporter qw(import);
use Gatehouse::Sandbox::Telegram::Error;
use Gatehouse::Sandbox::Telegram::Html qw(parse_html utf16_length);
use Mojo::JSON qw(decode_json to_json true);
use Mojo::URL;
our @EXPORT_OK = qw(find_call take_params);

my $ERROR = 'Gatehouse::Sandbox::Telegram::Error';
use constant TEXT_LENGTH => 4096;    # characters of a message after parsing its entities

my %SEND = (chat_id => 'text', text => 'text', parse_mode => 'text', entities => 'json', reply_markup => 'json');

# method in lower case => [parameters, code(telegram, parameters)].
my %CALL = (
	getme           => [{}, sub ($tg, $p) { $tg->bot }],
	sendmessage     => [\%SEND, \&send_message],
	editmessagetext => [{%SEND, message_id => 'int'}, \&edit_text],
	editmessagereplymarkup => [{chat_id => 'text', message_id => 'int', reply_markup => 'json'}, \&edit_markup],
	deletemessage   => [{chat_id => 'text', message_id => 'int'}, \&delete_message],
	answercallbackquery => [{callback_query_id => 'text', text => 'text', show_alert => 'bool', url => 'text'}, \&answer_query],
	sendchataction  => [{chat_id => 'text', action => 'text'}, sub ($tg, $p) { reachable($tg, $p); true }],
	getchat         => [{chat_id => 'text'}, sub ($tg, $p) { known_chat($tg, $p) }],
	setmycommands   => [{commands => 'json', scope => 'json', language_code => 'text'}, \&set_commands],
	getmycommands   => [{scope => 'json', language_code => 'text'}, \&get_commands],
	deletemycommands => [{scope => 'json', language_code => 'text'}, \&delete_commands],
	setwebhook      => [{url => 'text', secret_token => 'text', allowed_updates => 'json', max_connections => 'int',
		drop_pending_updates => 'bool'}, \&set_webhook],
	deletewebhook   => [{drop_pending_updates => 'bool'}, \&delete_webhook],
	getwebhookinfo  => [{}, sub ($tg, $p) { $tg->webhook->info }],
	getupdates      => [{offset => 'int', limit => 'int', timeout => 'int', allowed_updates => 'json'}, \&get_updates],
);

# find_call(method): [parameters, code], or undef; names are taken in any case.
sub find_call ($method) { $CALL{lc $method} }

# take_params(table, raw): the typed values.  Forms carry numbers and JSON as text.
sub take_params ($table, $raw) {
	my %given;
	for my $name (grep { defined $raw->{$_} } keys %$table) {
		my ($type, $value) = ($table->{$name}, $raw->{$name});
		$value = eval { decode_json(Mojo::Util::encode('UTF-8', $value)) } // $ERROR->throw("can't parse $name JSON object")
			if $type eq 'json' && !ref $value;
		$ERROR->throw("$name must be a number") if $type eq 'int' && $value !~ /^-?\d{1,18}$/;
		$given{$name} = $type eq 'int' ? 0 + $value : $type eq 'bool' ? is_true($value) : $value;
	}
	return \%given;
}

sub is_true ($value) { ref $value ? !!$value : $value =~ /^(?:true|1)$/i }

# ---- chats

sub known_chat ($tg, $p) {
	$ERROR->throw('chat_id is empty') if ($p->{chat_id} // '') eq '';
	return ($p->{chat_id} =~ /^-?\d{1,19}$/ ? $tg->chat($p->{chat_id}) : undef) // $ERROR->throw('chat not found');
}

# The chat, when the bot may write to it.
sub reachable ($tg, $p) {
	my $chat  = known_chat($tg, $p);
	my $group = $tg->store->get(tg_group => $chat->{id});
	$ERROR->throw('bot was kicked from the group chat', 403) if $group && !$group->{_in};
	return $chat if $group;
	my $person = $tg->person($chat->{id});
	$ERROR->throw('bot was blocked by the user', 403) if $person->{_blocked};
	$ERROR->throw("bot can't initiate conversation with a user", 403) if !$person->{_started} && !$person->{_access};
	return $chat;
}

# ---- messages

sub send_message ($tg, $p) {
	my %body = (body($p), markup($p));
	my $chat = reachable($tg, $p);
	my $wait = $tg->setting('pace') && $tg->pace->take($chat->{id});
	$ERROR->wait($wait) if $wait;
	return $tg->add_message($chat, from($tg), %body);
}

sub from ($tg) { return {map { $_ => $tg->bot->{$_} } qw(id is_bot first_name username)} }

# The text of a message and its entities.
sub body ($p) {
	my ($text, $entities) = ($p->{text} // '', $p->{entities} // []);
	my $mode = $p->{parse_mode} // '';
	$ERROR->throw('unsupported parse_mode') if $mode !~ /^(?:html)?$/i;
	($text, $entities) = parse_html($text) if $mode;
	$text =~ s/\s+\z//;
	$ERROR->throw('message text is empty') if $text !~ /\S/;
	$ERROR->throw('message is too long') if utf16_length($text) > TEXT_LENGTH;
	return (text => $text, @$entities ? (entities => $entities) : ());
}

# Inline buttons: a url or callback_data of 1 to 64 bytes each.
sub markup ($p) {
	my $rows = (ref $p->{reply_markup} eq 'HASH' ? $p->{reply_markup} : {})->{inline_keyboard} // return;
	$ERROR->throw('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
		if ref $rows ne 'ARRAY' || grep { ref $_ ne 'ARRAY' } @$rows;
	check_button($_) for map {@$_} @$rows;
	return @$rows ? (reply_markup => {inline_keyboard => $rows}) : ();
}

sub check_button ($button) {
	my ($text, $url, $data) = @$button{qw(text url callback_data)};
	$ERROR->throw("can't parse inline keyboard button: Field \"text\" must be of type String") if !length($text // '');
	$ERROR->throw('BUTTON_DATA_INVALID') if defined $data && (!length $data || length Mojo::Util::encode('UTF-8', $data) > 64);
	$ERROR->throw("inline keyboard button URL '$url' is invalid: Wrong HTTP URL") if defined $url && $url !~ m{^(?:https?|tg)://[^\s/]+}i;
	$ERROR->throw("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard") if !defined $url && !defined $data;
}

# A message of the bot's own in that chat.
sub own_message ($tg, $p, $what) {
	my $chat    = known_chat($tg, $p);
	my $message = $tg->message($chat->{id}, $p->{message_id}) // $ERROR->throw("message to $what not found");
	$ERROR->throw("message can't be ${what}ed") if $what eq 'edit' && $message->{from}{id} != $tg->bot->{id};
	return $message;
}

sub edit_text ($tg, $p) {
	my %body = (body($p), markup($p));
	my $old  = own_message($tg, $p, 'edit');
	return replace($tg, $old, {map { exists $old->{$_} ? ($_ => $old->{$_}) : () } qw(message_id from chat date)}, %body);
}

sub edit_markup ($tg, $p) {
	my $old = own_message($tg, $p, 'edit');
	my %new = %$old;
	delete @new{qw(reply_markup edit_date)};
	return replace($tg, $old, \%new, markup($p));
}

sub replace ($tg, $old, $base, %fields) {
	my %new = (%$base, %fields);
	my $same = !grep { to_json($new{$_} // '') ne to_json($old->{$_} // '') } qw(text entities reply_markup);
	$ERROR->throw('message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message')
		if $same;
	return $tg->put_message({%new, edit_date => time});
}

# In groups a bot that is no administrator may delete its own messages only.
sub delete_message ($tg, $p) {
	my $message = own_message($tg, $p, 'delete');
	$ERROR->throw("message can't be deleted") if $message->{chat}{type} ne 'private' && $message->{from}{id} != $tg->bot->{id};
	$tg->remove_message($message);
	return true;
}

sub answer_query ($tg, $p) {
	my $query = $tg->store->get(tg_query => $p->{callback_query_id} // '');
	$ERROR->throw('query is too old and response timeout expired or query ID is invalid') if !$query || $query->{answered};
	$tg->store->put(tg_query => $query->{id}, {%$query, answered => 1, text => $p->{text}});
	return true;
}

# ---- commands

sub commands_of ($p) { to_json($p->{scope} // {type => 'default'}) . ($p->{language_code} // '') }

sub set_commands ($tg, $p) {
	my $list = $p->{commands};
	$ERROR->throw("can't parse BotCommand: expected an Array") if ref $list ne 'ARRAY';
	for my $one (@$list) {
		$ERROR->throw('BOT_COMMAND_INVALID') if ($one->{command} // '') !~ m{^/?[a-z0-9_]{1,32}$};
		$ERROR->throw('BOT_COMMAND_DESCRIPTION_INVALID') if length($one->{description} // '') < 1 || length $one->{description} > 256;
	}
	$tg->store->put(tg_commands => commands_of($p), {list => $list});
	return true;
}

sub get_commands ($tg, $p) { ($tg->store->get(tg_commands => commands_of($p)) // {list => []})->{list} }

sub delete_commands ($tg, $p) { $tg->store->remove(tg_commands => commands_of($p)); return true }

# ---- updates

# An address of this machine may do without TLS here; Telegram itself wants HTTPS always.
sub set_webhook ($tg, $p) {
	my $url = $p->{url} // '';
	return delete_webhook($tg, $p) if $url eq '';
	$ERROR->throw('bad webhook: An HTTPS URL must be provided for webhook')
		if $url !~ m{^(?:https://[^\s/]+|http://127\.0\.0\.1(?::\d+)?|http\+unix://[^\s/]+)(?:/|$)};
	$ERROR->throw('secret token contains unallowed characters') if ($p->{secret_token} // 'x') !~ /^[A-Za-z0-9_-]{1,256}$/;
	$ERROR->throw("can't parse allowed_updates JSON object") if defined $p->{allowed_updates} && ref $p->{allowed_updates} ne 'ARRAY';
	drop_pending($tg) if $p->{drop_pending_updates};
	$tg->store->put(tg_allowed => 'list', {kinds => $p->{allowed_updates}}) if $p->{allowed_updates};
	my $kinds = ($tg->store->get(tg_allowed => 'list') // {})->{kinds};
	$tg->webhook->set({url => $url, secret_token => $p->{secret_token}, allowed_updates => $kinds, max_connections => $p->{max_connections} // 40});
	return (true, 'Webhook was set');
}

sub delete_webhook ($tg, $p) {
	drop_pending($tg) if $p->{drop_pending_updates};
	my $said = $tg->webhook->hook ? 'Webhook was deleted' : 'Webhook is already deleted';
	$tg->webhook->set(undef);
	return (true, $said);
}

sub drop_pending ($tg) { $tg->store->remove(tg_delivery => $_->{id}) for $tg->webhook->pending }

sub get_updates ($tg, $p) {
	$ERROR->throw("can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first", 409)
		if $tg->webhook->hook;
	my @all  = $tg->webhook->pending;
	my $from = $p->{offset} // 0;
	$tg->store->remove(tg_delivery => $_->{id}) for grep { $_->{update}{update_id} < $from } @all;
	return [map { $_->{update} } grep { $_->{update}{update_id} >= $from } @all];
}

1;
