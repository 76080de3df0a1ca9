# SPDX-License-Identifier: MIT
# A key that id tokens are signed with, made and used by the openssl command.  It lives
# as long as its file, so tokens and published keys survive a restart.
package Gatehouse::Sandbox::Telegram::Key;
use Mojo::Base -base, -signatures;
use Mojo::File qw(path tempfile);
use Mojo::Util qw(b64_encode);

# The ways of making a key, by algorithm (RFC 7518 section 3.1).
my %MAKE = (
	RS256 => [qw(-algorithm RSA -pkeyopt rsa_keygen_bits:2048)],
	ES256 => [qw(-algorithm EC -pkeyopt ec_paramgen_curve:P-256)],
);

# alg   RS256 or ES256
# file  where the private key is kept
# kid   its public name
has [qw(alg file)];
has kid => sub ($self) { lc($self->alg) . '-sandbox' };

sub openssl (@args) {
	open my $out, '-|:raw', 'openssl', @args or die "openssl: $!\n";
	my $said = do { local $/; <$out> };
	close $out or die "openssl $args[0] failed\n";
	return $said;
}

# ready: makes the key unless it is there.
sub ready ($self) {
	return $self if -s $self->file;
	my $new = path($self->file . '.new');
	my $old = umask 077;
	openssl('genpkey', '-quiet', @{$MAKE{$self->alg}}, '-out', $new);
	umask $old;
	rename $new, $self->file or die "$new: $!\n";
	return $self;
}

# jwk: the public part (RFC 7517).
sub jwk ($self) {
	my %same = (kid => $self->kid, alg => $self->alg, use => 'sig');
	my $der  = openssl('pkey', '-in', $self->ready->file, '-pubout', '-outform', 'DER');
	return {%same, kty => 'EC', crv => 'P-256', x => base64url(substr $der, -64, 32), y => base64url(substr $der, -32)}
		if $self->alg eq 'ES256';
	my ($n) = openssl('rsa', '-in', $self->file, '-noout', '-modulus') =~ /^Modulus=([0-9A-F]+)/;
	return {%same, kty => 'RSA', n => base64url(pack 'H*', $n), e => 'AQAB'};
}

# sign(text): the signature as a JWS has it.
sub sign ($self, $text) {
	my $file = tempfile->spurt($text);
	my $made = openssl('dgst', '-sha256', '-sign', $self->ready->file, "$file");
	return $self->alg eq 'ES256' ? plain($made) : $made;
}

# plain(DER): r and s of 32 bytes each (RFC 7518 section 3.4).
sub plain ($der) {
	my ($r, $s) = unpack 'x2 x C/a x C/a', $der;
	return join '', map { substr "\0" x 32 . $_, -32 } $r, $s;
}

sub base64url ($bytes) { b64_encode($bytes, '') =~ tr{+/=}{-_}dr }

1;
