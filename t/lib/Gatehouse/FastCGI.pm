# SPDX-License-Identifier: MIT
package Gatehouse::FastCGI;

# Speaks FastCGI straight to a handler's socket, well or badly formed: what
# nginx would never send.  Record layout: FastCGI Specification 1.0, section 3.3.

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use IO::Select;
use IO::Socket::UNIX;
use Time::HiRes 'time';

our @EXPORT_OK = qw(record begin params request talk
	FCGI_BEGIN_REQUEST FCGI_ABORT_REQUEST FCGI_PARAMS FCGI_STDIN);

use constant {
	FCGI_BEGIN_REQUEST => 1, FCGI_ABORT_REQUEST => 2, FCGI_PARAMS => 4, FCGI_STDIN => 5, FCGI_STDOUT => 6,
};

# One record of that type; %o: version (1), id (1), length (what the header
# claims, when it is to differ from the content's).
sub record ($type, $content = '', %o) {
	return pack('CCnnCC', $o{version} // 1, $type, $o{id} // 1,
		$o{length} // length $content, 0, 0) . $content;
}

# The record that begins a responder request; nginx's flags are 0 (close).
sub begin (%o) {
	return record(FCGI_BEGIN_REQUEST, pack('nCx5', $o{role} // 1, $o{flags} // 0));
}

# Name-value pairs in the encoding of section 3.4.
sub params (@pairs) {
	my $size = sub ($n) { $n < 128 ? pack('C', $n) : pack('N', $n | 0x80000000) };
	my $out  = '';
	while (my ($name, $value) = splice @pairs, 0, 2) {
		$out .= $size->(length $name) . $size->(length $value) . $name . $value;
	}
	return $out;
}

# A whole well-formed request: parameters as a hash, then the body.
sub request ($params, $body = '') {
	my $out = begin() . record(FCGI_PARAMS, params(%$params)) . record(FCGI_PARAMS);
	$out .= record(FCGI_STDIN, $_) for grep { length } $body =~ /(.{1,32768})/gs;
	return $out . record(FCGI_STDIN);
}

# Sends bytes to the socket, closes the sending half unless $o{open}, and
# returns what was printed on STDOUT within $o{deadline} (5 s); '' for none.
sub talk ($path, $bytes, %o) {
	local $SIG{PIPE} = 'IGNORE';
	my $sock = IO::Socket::UNIX->new(Peer => $path) or die "connect $path: $!";
	syswrite $sock, $bytes;
	shutdown $sock, 1 unless $o{open};
	my ($in, $select, $end) = ('', IO::Select->new($sock), time + ($o{deadline} // 5));
	while ((my $left = $end - time) > 0) {
		next unless $select->can_read($left);
		sysread $sock, $in, 65536, length $in or last;
	}
	return _stdout($in);
}

sub _stdout ($in) {
	my $out = '';
	while (length $in >= 8) {
		my ($type, $length, $padding) = (unpack 'CCnnCC', $in)[1, 3, 4];
		$out .= substr $in, 8, $length if $type == FCGI_STDOUT;
		substr $in, 0, 8 + $length + $padding, '';
	}
	return $out;
}

1;
