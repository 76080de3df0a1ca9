# SPDX-License-Identifier: MIT
# Serves the calls of Stripe's API: key, version, failures on request, idempotency, answer.
package Gatehouse::Sandbox::Controller::Api;
use Mojo::Base 'Mojolicious::Controller', -signatures;
use Digest::SHA qw(sha256_hex);
use Gatehouse::Sandbox::Stripe::Error;
use Gatehouse::Sandbox::Stripe::Expand;
use Gatehouse::Sandbox::Stripe::Id qw(new_id);
use Gatehouse::Sandbox::Stripe::Legacy;
use Gatehouse::Sandbox::Stripe::Params qw(check_params nest_params);
use Mojo::IOLoop;
use Mojo::JSON qw(encode_json);
use Mojo::Util qw(b64_decode secure_compare);
use Scalar::Util qw(blessed);

my $ERROR = 'Gatehouse::Sandbox::Stripe::Error';

# serve: one call, from the table of Stripe::Calls.
sub serve ($self) {
	$self->stash(request_id => new_id('req'));
	my $fault = eval { $self->check_key; $self->check_version; $self->stripe_fault };
	return $self->answer($self->refusal($@)) if $@;
	my $mode = $fault ? $fault->{mode} : '';
	return $self->later($fault->{seconds}, sub { $self->answer($self->trouble(503)) }) if $mode eq 'hang';
	return $self->answer($self->limited) if $mode eq '429';
	my $key    = $self->idempotency_key;
	my $answer = $self->once($key, $mode);
	return Mojo::IOLoop->remove($self->render_later->tx->connection) if $mode eq 'lost';
	return $self->answer($answer) if $mode ne 'slow';
	$self->idempotency->busy->{$key} = 1 if defined $key;
	$self->later($fault->{seconds}, sub {
		delete $self->idempotency->busy->{$key // ''};
		$self->answer($answer);
	});
}

# unknown: any other address under /v1.
sub unknown ($self) {
	$self->stash(request_id => new_id('req'));
	my ($method, $path) = ($self->req->method, $self->api_path);
	$self->answer($self->refusal($ERROR->new(status => 404, message =>
		"Unrecognized request URL ($method: $path). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.")));
}

sub api_path ($self) { $self->req->url->path->to_string =~ s{^.*?/stripe(?=/v1)}{}r }

sub stripe_fault ($self) { $self->faults->take($self->req->method, $self->api_path) }

sub later ($self, $seconds, $code) {
	$self->render_later;
	$self->inactivity_timeout($seconds + 30);
	my $tx = $self->tx;    # keeps the transaction alive
	Mojo::IOLoop->timer($seconds, sub { $code->() if $tx && !$tx->is_finished });
}

# The key comes as a bearer token or as the user name of basic authentication.
sub check_key ($self) {
	my $header = $self->req->headers->authorization // '';
	my ($key) = $header =~ /^Bearer\s+(\S+)\s*$/i;
	$key = (split /:/, b64_decode($1), 2)[0] if $header =~ /^Basic\s+(\S+)\s*$/i;
	$ERROR->throw(status => 401, message => 'You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. \'Authorization: Bearer YOUR_SECRET_KEY\').')
		if !defined $key || $key eq '';
	my $shown = substr($key, 0, 8) . '*' x 8 . (length $key > 16 ? substr($key, -4) : '');
	$ERROR->throw(status => 401, message => "Invalid API Key provided: $shown")
		if !secure_compare($key, $self->stripe->settings->secret_key);
}

sub check_version ($self) {
	my $version = $self->req->headers->header('Stripe-Version') // $self->stripe->VERSION;
	$ERROR->throw(message => "Invalid Stripe API version: $version") if $version !~ /^20\d\d-\d\d-\d\d(?:\.[a-z_]+)?$/;
	$self->stash(version => $version);
}

sub idempotency_key ($self) {
	my $key = $self->req->headers->header('Idempotency-Key');
	return defined $key && $key ne '' && $self->req->method eq 'POST' ? $key : undef;
}

# once(key, mode): the answer, from the first request of the key if there was one.
sub once ($self, $key, $mode) {
	my ($answer, $raw);
	my $path = $self->api_path;
	return $self->refusal($@) if !eval { $raw = nest_params($self->pairs); 1 };
	my $print = sha256_hex($self->req->method . " $path " . encode_json($raw));
	return $self->refusal($@) if defined $key && !eval { $answer = $self->idempotency->recall($key, $path, $print); 1 };
	return {%$answer, replayed => 1} if $answer;
	return $self->act($raw, defined $key
		? sub ($answer) { $self->idempotency->keep($key, $path, $print, $answer) }
		: sub ($answer) { }, $mode);
}

# act(raw parameters, keep, mode): runs the call; its effects and the kept answer are one transaction.
sub act ($self, $raw, $keep, $mode) {
	my $store = $self->stripe->store;
	my $answer;
	return $self->broken($keep) if $mode eq '500';
	return $answer if eval {
		$store->transaction(sub { $answer = $self->run($raw); $keep->($answer) });
		1;
	};
	my $error = $@;
	$answer = $self->refusal($error);
	$store->transaction(sub { $keep->($answer) }) if !is_error($error) || $error->begun;
	return $answer;
}

sub broken ($self, $keep) {
	my $answer = $self->trouble(500);
	$self->stripe->store->transaction(sub { $keep->($answer) });
	return $answer;
}

sub run ($self, $raw) {
	my (undef, undef, $schema, $code) = @{$self->stash('call')};
	my $given  = check_params({%$schema, expand => ['string']}, $raw);
	my $expand = delete $given->{expand} // [];
	my $stripe = $self->stripe;
	my %request = (id => $self->stash('request_id'), idempotency_key => $self->idempotency_key);
	local $stripe->{request} = \%request if $self->req->method ne 'GET';
	my $object = $code->($stripe, $given, $self->stash('id'));
	my $shown  = Gatehouse::Sandbox::Stripe::Expand->new(stripe => $stripe)->expand($object, @$expand);
	return {status => 200, body => encode_json($self->shaped($shown)), request => $request{id}};
}

# Callers that ask for a version before basil get the fields where they were then.
sub shaped ($self, $object) {
	return $object if $self->stash('version') ge '2025-03-31';
	my $legacy = Gatehouse::Sandbox::Stripe::Legacy->new(stripe => $self->stripe);
	return $legacy->downgrade($object) if $object->{object} ne 'list';
	return {%$object, data => [map { $legacy->downgrade($_) } @{$object->{data}}]};
}

sub pairs ($self) {
	my $type = $self->req->headers->content_type // '';
	$ERROR->throw(message => 'Invalid request: the body must be application/x-www-form-urlencoded.')
		if length $self->req->body && $type !~ m{^application/x-www-form-urlencoded\b}i;
	return [@{$self->req->query_params->pairs}, @{$self->req->body_params->pairs}];
}

sub is_error ($error) { blessed $error && $error->isa($ERROR) }

# refusal(error): the answer for an exception; what is not Stripe's own error is a 500.
sub refusal ($self, $error) {
	return $self->reply($error->status, $error->body) if is_error($error);
	$self->log->error("$error");
	return $self->trouble(500);
}

sub trouble ($self, $status) {
	return $self->reply($status, {error => {type => 'api_error', message =>
		'An unknown error occurred; the sandbox was asked for it, or has a fault that its log names.'}});
}

sub limited ($self) {
	return $self->reply(429, {error => {type => 'invalid_request_error', code => 'rate_limit',
		doc_url => 'https://stripe.com/docs/error-codes/rate-limit',
		message => 'Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.'}});
}

sub reply ($self, $status, $body) {
	return {status => $status, body => encode_json($body), request => $self->stash('request_id')};
}

sub answer ($self, $answer) {
	my $head = $self->res->headers;
	$head->header('Request-Id'     => $self->stash('request_id'));
	$head->header('Stripe-Version' => $self->stash('version') // $self->stripe->VERSION);
	if (defined(my $key = $self->idempotency_key)) {
		$head->header('Idempotency-Key'     => $key);
		$head->header('Original-Request'    => $answer->{request});
		$head->header('Idempotent-Replayed' => 'true') if $answer->{replayed};
	}
	$head->www_authenticate('Bearer realm="Stripe"') if $answer->{status} == 401;
	$head->header('Stripe-Should-Retry' => 'true') if $answer->{status} == 429;
	$self->render(data => $answer->{body}, format => 'json', status => $answer->{status});
}

1;
