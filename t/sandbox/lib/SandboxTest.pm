# SPDX-License-Identifier: MIT
# Runs the judges of the sandbox: Node scripts that speak TAP and use Stripe's own client.
package SandboxTest;
use v5.36;
use Cwd qw(realpath);
use Exporter qw(import);
use Fcntl qw(F_SETFD);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use IO::Socket::INET;
our @EXPORT_OK = qw(run_judge sandbox_path);

my $T = realpath(dirname(__FILE__) . '/../..');

# sandbox_path: the program under test; SANDBOX_PL names an installed one.
sub sandbox_path () { $ENV{SANDBOX_PL} // realpath("$T/../sandbox/sandbox.pl") }

# run_judge(name): runs t/node/sandbox/NAME.js and never returns.  The script gets
# a temporary directory and a listening socket, which it hands on to the sandbox as a supervisor does.
sub run_judge ($name) {
	my $modules = $ENV{NODE_PATH} // "$T/node/node_modules";
	if (!-d "$modules/stripe") {
		say "Bail out! the judges are not installed: npm ci in t/node";
		exit 1;
	}
	my $dir    = tempdir('gh-sandbox-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 128) or die "listen: $!";
	fcntl $socket, F_SETFD, 0 or die "fcntl: $!";
	local @ENV{qw(NODE_PATH JUDGE_DIR JUDGE_FD JUDGE_PORT SANDBOX_PL)}
		= ($modules, $dir, fileno $socket, $socket->sockport, sandbox_path());
	system 'node', "$T/node/sandbox/$name.js";
	exit($? == 0 ? 0 : 1);
}

1;
