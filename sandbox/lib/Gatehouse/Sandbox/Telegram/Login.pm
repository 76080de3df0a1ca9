# SPDX-License-Identifier: MIT
# Sign-in with Telegram: the OpenID Connect provider (core.telegram.org/bots/telegram-login)
# and the hash of the older login widget (core.telegram.org/widgets/login).
package Gatehouse::Sandbox::Telegram::Login;
use Mojo::Base -base, -signatures;
use Digest::SHA qw(hmac_sha256_hex sha256 sha256_hex);
use Gatehouse::Sandbox::Stripe::Id qw(random_text);
use Gatehouse::Sandbox::Telegram::Key;
use Mojo::JSON qw(encode_json);
use Mojo::Util qw(b64_decode encode secure_compare);

# Seconds that a code may be used.
use constant CODE_LIFE => 60;

has 'telegram', undef, weak => 1;
has keys => sub ($self) {
	my $dir = $self->telegram->store->dir;
	return {map { $_ => Gatehouse::Sandbox::Telegram::Key->new(alg => $_, file => $dir->child("telegram-$_.pem")) } qw(RS256 ES256)};
};

# issuer: the address of the provider, which all others begin with.
sub issuer ($self) { $self->telegram->settings->public_url . '/sandbox/telegram-oidc' }

sub discovery ($self) {
	my $at = $self->issuer;
	return {
		issuer => $at, authorization_endpoint => "$at/auth", token_endpoint => "$at/token", jwks_uri => "$at/.well-known/jwks.json",
		response_types_supported => ['code'], grant_types_supported => ['authorization_code'], subject_types_supported => ['public'],
		id_token_signing_alg_values_supported => [qw(RS256 ES256)], scopes_supported => [qw(openid profile phone telegram:bot_access)],
		token_endpoint_auth_methods_supported => ['client_secret_basic'], code_challenge_methods_supported => ['S256'],
		claims_supported => [qw(iss aud sub exp iat nonce id name preferred_username picture)],
	};
}

sub jwks ($self) { return {keys => [map { $self->keys->{$_}->jwk } qw(RS256 ES256)]} }

# fault(request): what is wrong with a request to /auth, or undef.  Only the address that
# was registered may be returned to: in the sandbox, any of the site.
sub fault ($self, $ask) {
	my $site = $self->telegram->settings->public_url;
	return 'client_id is not this bot'              if ($ask->{client_id} // '') ne $self->telegram->settings->bot_id;
	return 'redirect_uri is not registered'         if index($ask->{redirect_uri} // '', "$site/") != 0;
	return 'response_type must be code'             if ($ask->{response_type} // '') ne 'code';
	return 'scope must have openid'                 if ($ask->{scope} // '') !~ /(?:^| )openid(?: |$)/;
	return 'code_challenge_method must be S256'     if ($ask->{code_challenge_method} // '') ne 'S256';
	return 'code_challenge is not of 43 characters' if ($ask->{code_challenge} // '') !~ /^[\w-]{43}$/;
	return undef;
}

# grant(request, person): a code for that person, who agreed to what was asked.
sub grant ($self, $ask, $person) {
	my $code = random_text(43);
	my $tg   = $self->telegram;
	$tg->put_person({%$person, _access => 1}) if $ask->{scope} =~ /telegram:bot_access/;
	$tg->store->put(tg_code => $code, {at => time, person => $person->{id}, ask => {map { $_ => $ask->{$_} }
		qw(client_id redirect_uri scope nonce code_challenge)}});
	return $code;
}

# token(header, form): (status, answer) of the token endpoint (RFC 6749 section 5).
sub token ($self, $header, $form) {
	my $set = $self->telegram->settings;
	my ($basic) = ($header // '') =~ /^Basic\s+(\S+)$/i;
	return (401, {error => 'invalid_client'})
		if !defined $basic || !secure_compare(b64_decode($basic), $set->bot_id . ':' . ($set->client_secret // random_text(20)));
	return (400, {error => 'unsupported_grant_type'}) if ($form->{grant_type} // '') ne 'authorization_code';
	my $store = $self->telegram->store;
	my $code  = $store->get(tg_code => $form->{code} // '');
	$store->remove(tg_code => $form->{code}) if $code;    # a code is tried once
	return (400, {error => 'invalid_grant'}) if !$code || !$self->fits($code, $form);
	return (200, {access_token => random_text(32), token_type => 'Bearer', expires_in => 3600, id_token => $self->id_token($code)});
}

sub fits ($self, $code, $form) {
	my $made = Gatehouse::Sandbox::Telegram::Key::base64url(sha256($form->{code_verifier} // ''));
	return time - $code->{at} <= CODE_LIFE && $made eq $code->{ask}{code_challenge}
		&& ($form->{redirect_uri} // '') eq $code->{ask}{redirect_uri};
}

# claims(person, ask): the claim `id` is the person's number; `sub` is not.
sub claims ($self, $person, $ask) {
	my $now  = int time;
	my $name = join ' ', grep { length } map { $person->{$_} // '' } qw(first_name last_name);
	my %more = $ask->{scope} =~ /(?:^| )profile(?: |$)/
		? (id => 0 + $person->{id}, name => $name, $person->{username} ? (preferred_username => $person->{username}) : ()) : ();
	return {iss => $self->issuer, aud => '' . $ask->{client_id}, sub => substr(sha256_hex("sub $person->{id}"), 0, 20),
		iat => $now, exp => $now + $self->telegram->setting('token_life'), defined $ask->{nonce} ? (nonce => $ask->{nonce}) : (), %more};
}

sub id_token ($self, $code) {
	my $key    = $self->keys->{$self->telegram->setting('alg')};
	my $claims = $self->claims($self->telegram->person($code->{person}), $code->{ask});
	my $text   = join '.', map { Gatehouse::Sandbox::Telegram::Key::base64url(encode_json($_)) }
		{alg => $key->alg, typ => 'JWT', kid => $key->kid}, $claims;
	return "$text." . Gatehouse::Sandbox::Telegram::Key::base64url($key->sign($text));
}

# widget(person, moment): the fields that the login widget would give.
sub widget ($self, $person, $at = int time) {
	my %field = (id => $person->{id}, auth_date => $at, map { length($person->{$_} // '') ? ($_ => $person->{$_}) : () }
		qw(first_name last_name username));
	my $text = encode('UTF-8', join "\n", map {"$_=$field{$_}"} sort keys %field);
	return {%field, hash => hmac_sha256_hex($text, sha256($self->telegram->settings->bot_token))};
}

1;
