# SPDX-License-Identifier: MIT
# The sandbox as a web application under /sandbox.  A stand-in for another service (Discord,
# Telegram) is one more module with its own routes, mounted in startup.
package Gatehouse::Sandbox;
use Mojo::Base 'Mojolicious', -signatures;
use Gatehouse::Sandbox::Store;
use Gatehouse::Sandbox::Stripe;
use Gatehouse::Sandbox::Stripe::Calls qw(all_calls);
use Gatehouse::Sandbox::Stripe::Faults;
use Gatehouse::Sandbox::Stripe::Idempotency;
use Gatehouse::Sandbox::Telegram;
use Gatehouse::Sandbox::View;
use Mojo::File qw(path);
use Mojo::IOLoop;
use Mojo::JSON qw(encode_json);

# Seconds between two looks at settlements and expiries.
use constant TICK => 0.25;

# active: requests that are being served
has 'settings';
has active      => 0;
has store       => sub ($self) { Gatehouse::Sandbox::Store->open($self->settings->state_dir) };
has stripe      => sub ($self) { Gatehouse::Sandbox::Stripe->new(settings => $self->settings, store => $self->store) };
has telegram    => sub ($self) { Gatehouse::Sandbox::Telegram->new(settings => $self->settings, store => $self->store) };
has faults      => sub ($self) { Gatehouse::Sandbox::Stripe::Faults->new(store => $self->store) };
has idempotency => sub ($self) { Gatehouse::Sandbox::Stripe::Idempotency->new(store => $self->store) };

sub startup ($self) {
	$self->home(Mojo::Home->new(path(__FILE__)->realpath->dirname->dirname->dirname));
	$self->static->paths([$self->home->child('public')]);
	$self->renderer->paths([$self->home->child('templates')]);
	$self->mode('production')->secrets([$self->settings->secret_key]);
	$self->log->level('info')->format(\&log_line);
	for my $name (qw(stripe telegram faults idempotency)) {
		$self->helper($name => sub ($c) { $self->$name });
	}
	Gatehouse::Sandbox::View::add_words($self);
	$self->hook(before_dispatch => sub ($c) { $self->count_active($c->tx) });
	$self->hook(around_dispatch => \&guard);
	$self->hook(after_dispatch  => \&set_headers);
	$self->mount_home->mount_stripe;
	$self->mount_telegram if $self->settings->bot_token ne '';
}

# start_work: takes up deliveries and timers where a former life left them.
sub start_work ($self) {
	my $stripe = $self->stripe;
	$self->idempotency->prune;
	my $telegram = $self->telegram;
	$stripe->webhooks->recall->pump;
	$telegram->settle;
	$telegram->webhook->recall->pump;
	$self->store->on_commit(sub { $stripe->webhooks->pump; $telegram->webhook->pump });
	Mojo::IOLoop->recurring(TICK, sub { $stripe->payments->run_timers });
}

sub count_active ($self, $tx) {
	$self->active($self->active + 1);
	$tx->on(finish => sub { $self->active($self->active - 1) });
}

sub mount_home ($self) {
	my $r = $self->routes;
	$r->get('/' => sub ($c) { $c->redirect_to('/sandbox/') });
	$r->get('/sandbox')->to('home#show', namespace => 'Gatehouse::Sandbox::Controller');
	$r->get('/sandbox/healthz' => {json => {status => 'ok'}});
	my $control = $r->any('/sandbox/control')->to(controller => 'home', namespace => 'Gatehouse::Sandbox::Controller');
	$control->get('/')->to(action => 'state');
	$control->get('/deliveries')->to(action => 'deliveries');
	$control->post('/')->to(action => 'control_post');
	return $self;
}

sub mount_stripe ($self) {
	my %in = (namespace => 'Gatehouse::Sandbox::Controller');
	$self->mount_api($self->routes->any($_)->to(%in)) for '/sandbox/stripe/v1', '/v1';
	my $r = $self->routes->any('/sandbox/stripe')->to(%in);
	$r->get('/pay/:id')->to('pay#show');
	$r->post('/pay/:id')->to('pay#act');
	$r->get('/portal/:id')->to('pay#portal');
	$r->post('/portal/:id')->to('pay#portal_act');
	return $self;
}

# The API is also at /v1: Stripe's own clients can be told a host and a port, but no path.
sub mount_api ($self, $r) {
	for my $call (all_calls()) {
		my ($method, $path) = @$call;
		$r->any([$method] => "/$path" => [format => 0])->to('api#serve', call => $call);
	}
	$r->any('/*rest')->to('api#unknown');
}

sub mount_telegram ($self) {
	my $r = $self->routes->any('/sandbox/telegram')->to(controller => 'bot', namespace => 'Gatehouse::Sandbox::Controller');
	my $control = $r->any('/control');
	$control->get('/')->to(action => 'state');
	$control->get("/$_")->to(action => $_) for qw(calls messages updates);
	$control->post('/')->to(action => 'control_post');
	$r->any(['GET', 'POST'] => '/bot<#token>/<#method>')->to(action => 'serve');
	$r->get('/widget')->to('telegram_login#widget');
	$r->get('/')->to('chat#people');
	$r->post('/')->to('chat#act');
	$r->get('/chat/:chat' => [chat => qr/-?\d+/])->to('chat#chat');
	$r->get('/t.me/:bot')->to('chat#link');
	my $oidc = $self->routes->any('/sandbox/telegram-oidc')->to(controller => 'telegram_login', namespace => 'Gatehouse::Sandbox::Controller');
	$oidc->get('/.well-known/openid-configuration' => [format => 0])->to(action => 'discovery');
	$oidc->get('/.well-known/jwks.json' => [format => 0])->to(action => 'jwks');
	$oidc->get('/auth')->to(action => 'auth');
	$oidc->post('/auth')->to(action => 'agree');
	$oidc->post('/token')->to(action => 'token');
}

# guard: a page of another site must not press our buttons.
sub guard ($next, $c) {
	my $from = $c->req->headers->header('Sec-Fetch-Site') // '';
	return $next->() if $c->req->method !~ /^(?:POST|DELETE)$/ || $from ne 'cross-site';
	$c->render(text => "This form was sent from another site.\n", status => 403);
}

# No script runs on any page here; the session id in an address is a secret.
sub set_headers ($c) {
	my $head = $c->res->headers;
	$head->header('Content-Security-Policy' => "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'");
	$head->header('X-Content-Type-Options' => 'nosniff');
	$head->header('Referrer-Policy'        => 'no-referrer');
	$head->cache_control('no-store') if ($head->content_type // '') !~ m{^text/css};
	$c->app->log->info(join ' ', $c->req->method, $c->req->url->path->to_string =~ s{/bot\d+:[^/]+}{/bot...}r, $c->res->code // '-');
}

sub log_line ($time, $level, @lines) {
	return encode_json({time => 0 + sprintf('%.3f', $time), level => $level, program => 'sandbox', message => join ' ', @lines}) . "\n";
}

1;
