# SPDX-License-Identifier: MIT
# The pages and calls of sign-in with Telegram: the provider, and the login widget.
package Gatehouse::Sandbox::Controller::TelegramLogin;
use Mojo::Base 'Mojolicious::Controller', -signatures;
use Mojo::URL;

# What a request to /auth consists of; the page passes it on.
my @ASKED = qw(client_id redirect_uri response_type scope state nonce code_challenge code_challenge_method);

sub login ($self) { $self->telegram->login }

# down: a test may take the provider off the air, by a fault that matches the call.
sub down ($self) {
	my $fault = $self->telegram->faults->take($self->req->method, 'oidc ' . $self->req->url->path);
	return 0 if !$fault;
	$self->render(text => "The provider is down.\n", status => 500);
	return 1;
}

sub discovery ($self) { $self->render(json => $self->login->discovery) }

sub jwks ($self) { $self->down || $self->render(json => $self->login->jwks) }

sub asked ($self) { return {map { my $value = $self->param($_); defined $value ? ($_ => $value) : () } @ASKED} }

# auth: GET /sandbox/telegram-oidc/auth, where the person is chosen and agrees.
sub auth ($self) {
	my $ask   = $self->asked;
	my $fault = $self->login->fault($ask);
	return $self->render('telegram/refused', status => 400, fault => $fault) if $fault;
	$self->render('telegram/consent', ask => $ask, people => [$self->telegram->people],
		access => $ask->{scope} =~ /telegram:bot_access/, site => Mojo::URL->new($ask->{redirect_uri})->host_port);
}

# agree: POST to the same address; back to the site with a code, or with a refusal.
sub agree ($self) {
	my $ask   = $self->asked;
	my $fault = $self->login->fault($ask);
	return $self->render('telegram/refused', status => 400, fault => $fault) if $fault;
	my $back   = Mojo::URL->new($ask->{redirect_uri});
	my $person = $self->telegram->store->get(tg_person => $self->param('person') // '');
	$person
		? $back->query([code => $self->telegram->store->transaction(sub { $self->login->grant($ask, $person) })])
		: $back->query([error => 'access_denied']);
	$back->query([state => $ask->{state}]) if defined $ask->{state};
	$self->res->code(303);
	$self->redirect_to($back);
}

# token: POST /sandbox/telegram-oidc/token
sub token ($self) {
	return if $self->down;
	my ($status, $answer) = $self->telegram->store->transaction(sub {
		[$self->login->token($self->req->headers->authorization, $self->req->body_params->to_hash)] })->@*;
	$self->render(json => $answer, status => $status);
}

# widget: GET /sandbox/telegram/widget, the older login button: the fields as Telegram
# signs them, in a form that posts them to the site.
sub widget ($self) {
	my @people = map { {person => $_, fields => $self->login->widget($_)} } $self->telegram->people;
	$self->render('telegram/widget', people => \@people);
}

1;
