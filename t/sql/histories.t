# SPDX-License-Identifier: MIT
# Whatever happens to a wallet: after each of many random histories of all that
# moves credits, accounts, lots, holds, debts and answers are what a plain model
# of the rules says (lib/Model.pm), and verify finds nothing.
#
# GATEHOUSE_SEED repeats a run; GATEHOUSE_HISTORIES is how many (120); with
# GATEHOUSE_MINUTES they go on for so long instead.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use History qw(steps shortest);

my $seed = $ENV{GATEHOUSE_SEED} // time;
diag "GATEHOUSE_SEED=$seed";
my $minutes = $ENV{GATEHOUSE_MINUTES};
my $most = $minutes ? 9e9 : $ENV{GATEHOUSE_HISTORIES} // 120;
my $end  = time + 60 * ($minutes // 600);

my $db = Gatehouse->database;
History::prepare($db);

# What is wrong with the history of that seed, as short as it can be told.
sub fault ($seed) {
	my @steps = steps($seed, 20 + $seed % 41);
	return History->play($db, @steps) && History->play($db, shortest($db, @steps));
}

my ($n, $steps, $fault) = (0, 0, '');
while (!$fault && $n < $most && time < $end) {
	$steps += 20 + ($seed + $n) % 41;
	$fault = fault($seed + $n++);
}
is $fault, '', "$n histories of $steps steps" or diag "GATEHOUSE_SEED=@{[$seed + $n - 1]} GATEHOUSE_HISTORIES=1";
diag "$n histories of $steps steps were clean" if $minutes && !$fault;

done_testing;
