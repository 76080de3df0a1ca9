# SPDX-License-Identifier: MIT
# nginx keeps its connections to a program that is served by events: a planned
# restart of it loses no request all the same.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Private;
use Test::More;

my $path = '/functions/v1/credit-meter';
my $site = Private->new(env => { RATE_LIMITS => 'off' });
$site->up;

my @pids = $site->pid('credit-meter');
# The program itself answers a GET, by 405.
my $count = $site->load($path, 8, sub {
	for (1 .. 5) {
		my ($status, $out) = $site->run('restart', 'credit-meter');
		is $status, 0, 'restarted' or diag $out;
		push @pids, $site->pid('credit-meter');
	}
});
is keys %{ { map { $_ => 1 } @pids } }, 6, 'five times a new process';
cmp_ok $count->{405} // 0, '>', 100, 'there was a load';
is_deeply [keys %$count], [405], 'every request was answered by the program' or diag explain $count;

my $before = $site->pid('credit-meter');
kill KILL => $before;
is $site->code($path), 405, 'killed, it answers the next request';
isnt $site->pid('credit-meter'), $before, 'by a new process';
done_testing;
