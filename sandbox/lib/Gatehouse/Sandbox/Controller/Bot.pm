# SPDX-License-Identifier: MIT
# Serves the Bot API at bot<token>/<method>, and the sandbox's own controls of Telegram.
package Gatehouse::Sandbox::Controller::Bot;
use Mojo::Base 'Mojolicious::Controller', -signatures;
use Gatehouse::Sandbox::Telegram::Calls qw(find_call take_params);
use Gatehouse::Sandbox::Telegram::Control qw(control);
use Gatehouse::Sandbox::Telegram::Error;
use Mojo::IOLoop;
use Mojo::JSON qw(true);
use Mojo::Util qw(secure_compare);
use Scalar::Util qw(blessed);

my $ERROR = 'Gatehouse::Sandbox::Telegram::Error';

# serve: one call.
sub serve ($self) {
	my $method = $self->stash('method');
	my $params = $self->raw_params;
	my $fault  = eval { $self->check_token; $self->telegram->faults->take($self->req->method, $method) };
	return $self->answer($self->refusal($@)) if $@;
	my $mode = $fault ? $fault->{mode} : '';
	return $self->later($fault->{seconds}, sub { $self->answer($self->broken(504)) }) if $mode eq 'hang';
	my $answer = $self->told($mode, $fault) // $self->act($method, $params);
	$self->telegram->store->transaction(sub { $self->telegram->record($method, $params, $answer) });
	return Mojo::IOLoop->remove($self->render_later->tx->connection) if $mode eq 'lost';
	return $self->later($fault->{seconds}, sub { $self->answer($answer) }) if $mode eq 'slow';
	$self->answer($answer);
}

# The answer that a test asked for, or undef.
sub told ($self, $mode, $fault) {
	return $self->broken(500) if $mode eq '500';
	return $self->refusal($ERROR->new(code => 401, message => 'Unauthorized')) if $mode eq '401';
	return undef if $mode ne '429';
	eval { $ERROR->wait(0 + $fault->{seconds}) };
	return $self->refusal($@);
}

# The part before the colon is the bot's id; a token of another form is no address at all.
sub check_token ($self) {
	my $token = $self->stash('token');
	$ERROR->throw('Not Found', 404) if $token !~ /^\d{1,20}:[A-Za-z0-9_-]{1,100}$/;
	$ERROR->throw('Unauthorized', 401) if !secure_compare($token, $self->telegram->settings->bot_token);
}

# Parameters come in the address, as a form, or as JSON.
sub raw_params ($self) {
	my $json = ($self->req->headers->content_type // '') =~ m{^application/json\b}i ? $self->req->json : undef;
	return {%{$self->req->params->to_hash}, ref $json eq 'HASH' ? %$json : ()};
}

# act(method, raw parameters): does it in one transaction; the answer.
sub act ($self, $method, $raw) {
	my ($result, $said);
	return {ok => true, result => $result, defined $said ? (description => $said) : ()} if eval {
		my ($table, $code) = @{find_call($method) // $ERROR->throw('Not Found', 404)};
		$self->telegram->store->transaction(sub { ($result, $said) = $code->($self->telegram, take_params($table, $raw)) });
		1;
	};
	return $self->refusal($@);
}

sub refusal ($self, $error) {
	return $error->body if blessed $error && $error->isa($ERROR);
	$self->log->error("$error");
	return $self->broken(500);
}

sub broken ($self, $code) { return $ERROR->new(code => $code, message => 'Internal Server Error')->body }

sub later ($self, $seconds, $code) {
	$self->render_later;
	$self->inactivity_timeout($seconds + 30);
	my $tx = $self->tx;    # keeps the transaction alive
	Mojo::IOLoop->timer($seconds, sub { $code->() if $tx && !$tx->is_finished });
}

sub answer ($self, $answer) {
	my $wait = ($answer->{parameters} // {})->{retry_after};
	$self->res->headers->header('Retry-After' => $wait) if $wait;
	$self->render(json => $answer, status => $answer->{ok} ? 200 : $answer->{error_code});
}

# ---- the sandbox's own controls

# state: GET /sandbox/telegram/control
sub state ($self) {
	my $tg = $self->telegram;
	my %counts = map { $_ => 0 } qw(pending held delivered given_up);
	$counts{$_->{status}}++ for $tg->webhook->all;
	$self->render(json => {settings => $tg->all_settings, bot => $tg->bot, webhook => $tg->webhook->info, updates => \%counts,
		people => [$tg->people], groups => [$tg->store->list('tg_group')], faults => [$tg->faults->all]});
}

# calls: GET /sandbox/telegram/control/calls?method=sendMessage
sub calls ($self) {
	my $method = lc($self->param('method') // '');
	$self->render(json => {calls => [grep { $method eq '' || lc $_->{method} eq $method } $self->telegram->store->list('tg_call')]});
}

# messages: GET /sandbox/telegram/control/messages?chat=ID
sub messages ($self) {
	$self->render(json => {messages => [$self->telegram->messages($self->param('chat') // '')]});
}

# updates: GET /sandbox/telegram/control/updates
sub updates ($self) { $self->render(json => {updates => [$self->telegram->webhook->all]}) }

# control_post: POST /sandbox/telegram/control, a JSON object with `action`.
sub control_post ($self) {
	my $given = $self->req->json;
	my $result;
	return $self->render(json => {ok => true, result => $result})
		if eval { $result = control($self->telegram, ref $given eq 'HASH' ? $given : {}); 1 };
	my $error = $@;
	die $error if !blessed $error || !$error->can('body');
	$self->render(json => {error => {message => $error->message}}, status => 400);
}

1;
