# SPDX-License-Identifier: MIT
package Gatehouse::Contract;

# What every route promises, derived from its row of routes.tab; a handler's
# test calls keeps_contract and then tells what is special about it.

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use Gatehouse;
use Gatehouse::Tables 'route';
use List::Util 'any';
use Mojo::URL;

our @EXPORT = qw(keeps_contract safe_headers is_error page_error_is sends_to_door);

# All tests for the route; $good are the arguments of a request that succeeds
# and may be sent several times.
sub keeps_contract ($site, $name, @good) {
	my $route = route($name);
	subtest "$name keeps the common contract" => sub {
		_good_answer($site, $route, @good);
		_methods($site, $route, @good);
		_types($site, $route, @good);
		_credentials($site, $route, @good);
		_preflight($site, $route);
	};
}

# One test: the security headers of an answer.
sub safe_headers ($res, $name) {
	my $h   = $res->headers;
	my $csp = $h->content_security_policy // '';
	my %is  = map { $_ => $h->header($_) // '' } qw(X-Content-Type-Options Cache-Control X-Request-Id Referrer-Policy Server);
	my @bad;
	push @bad, 'nosniff'  if $is{'X-Content-Type-Options'} ne 'nosniff';
	push @bad, 'CSP'      if $csp !~ /default-src 'none'/ || $csp =~ /unsafe-|\*/;
	push @bad, 'caching'  if $is{'Cache-Control'} ne 'no-store';
	push @bad, 'id'       if $is{'X-Request-Id'} !~ /^[0-9a-f]{32}$/;
	push @bad, 'referrer' if $is{'Referrer-Policy'} !~ /^(no-referrer|same-origin)$/;
	push @bad, 'version'  if $is{Server} =~ /\d/;
	is "@bad", '', "$name: security headers" or diag $h->to_string;
}

# One test: a typed error in the format of the route's face.
sub is_error ($route, $res, $status, $code, $name, %details) {
	return $route->{face} eq 'api' ? error_is($res, $status, $code, $name, %details)
	    : page_error_is($res, $status, $name);
}

# One test: the answer to nobody, or to a credential that is none: 401, where a
# browser opened a page the way to the door and back.
sub sends_to_door ($route, $res, $name) {
	return is_error($route, $res, 401, 'unauthorized', "$name: 401") if $route->{face} eq 'api' || $res->code != 303;
	my $next = Mojo::URL->new($res->headers->location // '')->query->param('next') // '';
	is_deeply [$res->headers->location =~ m{^(/login)\?}, $next =~ s/\?.*//r], ['/login', $route->{path}], "$name: to the door";
}

# One test: an error page, whole, with that status.
sub page_error_is ($res, $status, $name) {
	my $type = $res->headers->content_type // '';
	my $dom  = $res->dom;
	my $fine = $res->code == $status && $type =~ m{^text/html} && $dom->at('html[lang] main h1');
	ok $fine, $name or diag $res->code, ' ', $type, ' ', substr $res->body, 0, 300;
}

sub _good_answer ($site, $route, @good) {
	my $res = $site->request(@good);
	ok $res->code < 400, 'the right use succeeds' or diag $res->code, ' ', $res->body;
	safe_headers($res, 'right use');
	my $id = $res->headers->header('X-Request-Id') // 'none';
	# The line is written after the answer.
	ok poll(sub { $site->log($route->{name}) =~ /"id":"$id"/ }), 'the log names the request by its X-Request-Id';
}

sub _methods ($site, $route, $good, $path, $headers = {}, $body = '') {
	my %from = map { $_ => $headers->{$_} } grep { $_ eq 'X-Forwarded-For' } keys %$headers;
	my %is = map { $_ => 1 } @{ $route->{methods} }, 'OPTIONS';
	$is{HEAD} = 1 if $is{GET};
	for my $method (grep { !$is{$_} } qw(GET HEAD POST PUT PATCH DELETE)) {
		my $res = $site->request($method, $route->{path}, \%from);
		my %allow = map { $_ => 1 } split /,\s*/, $res->headers->header('Allow') // '';
		is_deeply [$res->code, [sort keys %allow]], [405, [sort keys %is]], "$method: 405 with Allow";
		is_error($route, $res, 405, 'method_not_allowed', "$method: a typed error") if $method ne 'HEAD';
	}
	ok $site->request(HEAD => $route->{path}, \%from)->code != 405, 'HEAD comes with GET' if $is{GET};
}

# Only where a body is read as fields.
sub _types ($site, $route, $method, $path, $headers = {}, $body = '') {
	return if !length $body || $route->{name} =~ /-webhook$/;
	for my $type ('text/plain', 'multipart/form-data; boundary=x', 'application/jsonx') {
		my $res = $site->request($method, $path, { %$headers, 'Content-Type' => $type }, $body);
		is_error($route, $res, 415, 'unsupported_type', "$type: 415");
	}
	my %none = %$headers;
	delete $none{'Content-Type'};
	is $site->request($method, $path, \%none, $body)->code, 415, 'no type: 415';
}

sub _credentials ($site, $route, $method, $path, $headers = {}, $body = '') {
	return if any { /^(none|local)$/ } @{ $route->{auth} };
	my %bare = map { $_ => $headers->{$_} } grep { !/^(Authorization|Cookie)$/ } keys %$headers;
	my %wrong = (
		'no credential' => {}, 'an empty one' => { Authorization => 'Bearer ' },
		'an unknown key' => { Authorization => 'Bearer ghk_' . 'x' x 43 },
		'another scheme' => { Authorization => 'Basic eDp5' },
		'an unknown session' => { Cookie => 'session=' . 'x' x 43 },
		'a token of another secret' => { $site->bearer($site->jwt(sub => 'eve', secret => 'other')) },
		'a token without signature' => { $site->bearer($site->jwt(sub => 'eve', alg => 'none') =~ s/[^.]*$//r) },
		'a token of another algorithm' => { $site->bearer($site->jwt(sub => 'eve', alg => 'HS512')) },
		'an expired token' => { $site->bearer($site->jwt(sub => 'eve', exp => time - 1)) },
		'a token for later' => { $site->bearer($site->jwt(sub => 'eve', nbf => time + 600)) },
		'a token without exp' => { $site->bearer($site->jwt(sub => 'eve', exp => undef)) },
		'a token without sub' => { $site->bearer($site->jwt(sub => undef)) },
	);
	my $before = $site->state;
	for my $what (sort keys %wrong) {
		my $res = $site->request($method, $path, { %bare, %{ $wrong{$what} } }, $body);
		sends_to_door($route, $res, $what);
	}
	is $site->state, $before, 'and nothing changed';
}

# Browsers ask before they send a key or a token from another site.
sub _preflight ($site, $route) {
	return unless any { /^(key|user)$/ } @{ $route->{auth} };
	my $res = $site->request(OPTIONS => $route->{path}, { Origin => 'https://front.example',
		'Access-Control-Request-Method' => $route->{methods}[0],
		'Access-Control-Request-Headers' => 'authorization, apikey, content-type, x-client-info' });
	my $h = $res->headers;
	is $res->code, 204, 'preflight: 204';
	is $h->header('Access-Control-Allow-Origin'), '*', 'preflight: any origin';
	ok !$h->header('Access-Control-Allow-Credentials'), 'preflight: never with cookies';
	like $h->header('Access-Control-Allow-Methods'), qr/$_/, "preflight: $_" for @{ $route->{methods} };
	like $h->header('Access-Control-Allow-Headers'), qr/\b$_\b/, "preflight: $_"
	    for qw(authorization apikey content-type x-client-info idempotency-key);
}

1;
