# SPDX-License-Identifier: MIT
package Gatehouse::Process;

# Starting programs: one function that forks and executes, one that collects
# the output of a command, one that waits for the end.

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use Fcntl qw(F_SETFD O_APPEND O_CREAT O_WRONLY);
use POSIX ();
use Time::HiRes qw(sleep time);

our @EXPORT_OK = qw(spawn capture finish);

# Starts argv and returns its process id.  %o: env (hash: the whole
# environment; default ours), stdin (handle), log (file that gets stdout and
# stderr), keep (handles left open across exec), user (name to become, when we
# are root), dir (working directory), session (true: a session of its own).
sub spawn ($argv, %o) {
	my $pid = fork // die "fork: $!";
	return $pid if $pid;
	eval { _become($argv, %o) };
	print STDERR "cannot start $argv->[0]: ", $@ || $!, "\n";
	POSIX::_exit(127);
}

sub _become ($argv, %o) {
	$SIG{$_} = 'DEFAULT' for qw(INT TERM HUP CHLD PIPE QUIT);
	POSIX::setsid() if $o{session};
	my $in = $o{stdin} ? fileno $o{stdin} : POSIX::open('/dev/null', POSIX::O_RDONLY());
	POSIX::dup2($in, 0) if $in;
	if ($o{log}) {
		my $log = POSIX::open($o{log}, O_WRONLY | O_CREAT | O_APPEND, 0644) // die "$o{log}: $!";
		POSIX::dup2($log, $_) for 1, 2;
	}
	fcntl $_, F_SETFD, 0 for @{ $o{keep} // [] };
	chdir $o{dir} or die "$o{dir}: $!" if $o{dir};
	_switch_user($o{user}) if $o{user} && !$>;
	local %ENV = $o{env} ? %{ $o{env} } : %ENV;
	exec {$argv->[0]} @$argv;
}

sub _switch_user ($user) {
	my ($uid, $gid) = (getpwnam $user)[2, 3];
	$) = "$gid $gid";
	$( = $gid;
	POSIX::setuid($uid) // die "setuid $user: $!";
}

# Runs argv to its end; returns its exit status (256 + n for signal n) and all
# it printed.  %o as for spawn, and input: text for its standard input.
sub capture ($argv, %o) {
	require File::Temp;
	my ($in, $out) = (File::Temp->new, File::Temp->new);
	print {$in} delete $o{input} // '';
	$in->flush;
	seek $in, 0, 0;
	my $status = finish(spawn($argv, %o, stdin => $in, log => $out->filename));
	local $/;
	return ($status, <$out> // '');
}

# Waits for a child; after $deadline seconds (default: for ever) it is killed.
# Returns its exit status, 256 + n for signal n.
sub finish ($pid, $deadline = undef) {
	my $end = defined $deadline ? time + $deadline : undef;
	while (waitpid($pid, $end ? POSIX::WNOHANG() : 0) == 0) {
		kill KILL => $pid if time > $end;
		sleep 0.01;
	}
	return $? & 127 ? 256 + ($? & 127) : $? >> 8;
}

1;
