# SPDX-License-Identifier: MIT
# Identifiers as Stripe makes them: a prefix and a random tail.
package Gatehouse::Sandbox::Stripe::Id;
use Mojo::Base -strict, -signatures;
use Exporter qw(import);
our @EXPORT_OK = qw(new_id random_text);

my @ALPHABET = (0 .. 9, 'A' .. 'Z', 'a' .. 'z');

# Prefix and length of the tail; unlisted kinds get 24 characters.
my %LENGTH = (cus => 14, prod => 14, si => 14, req => 14, cs_test => 60);

# new_id(prefix): for example new_id('cus') is cus_Qr3….
sub new_id ($prefix) { $prefix . '_' . random_text($LENGTH{$prefix} // 24) }

# random_text(length): letters and digits, unbiased, from the kernel's generator.
sub random_text ($length) {
	state $random = do { open my $in, '<:raw', '/dev/urandom' or die "/dev/urandom: $!\n"; $in };
	my $text = '';
	while (length $text < $length) {
		sysread $random, my $bytes, 2 * $length or die "/dev/urandom: $!\n";
		$text .= join '', map { $ALPHABET[$_ % 62] } grep { $_ < 248 } unpack 'C*', $bytes;
	}
	return substr $text, 0, $length;
}

1;
