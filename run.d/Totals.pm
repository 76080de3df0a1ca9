# SPDX-License-Identifier: MIT
package Totals;

# prove's own harness, with one closing line: "N passed, N failed".  A test file that
# dies or counts wrongly without a failed test is one failure.

use strict;
use warnings;
use parent 'TAP::Harness';

sub runtests {
	my ($self, @tests) = @_;
	my $all = $self->SUPER::runtests(@tests);
	my $failed = 0;

	for my $parser ($all->parsers) {
		my $n = () = $parser->failed;
		$failed += $n || ($parser->has_problems ? 1 : 0);
	}
	printf "%d passed, %d failed\n", scalar $all->passed, $failed;
	return $all;
}

1;
