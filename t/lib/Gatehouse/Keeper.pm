# SPDX-License-Identifier: MIT
package Gatehouse::Keeper;

# A process per site that starts its programs, starts again those that die, and
# ends them all and clears up when the test is over.  It learns of that by the
# end of a pipe whose other end only the test holds, so it also works when the
# test is killed by -9.

use Mojo::Base -base, -signatures;

use Gatehouse::Process qw(spawn finish);
use IO::Select;
use Mojo::File 'path';
use POSIX 'WNOHANG';
use Time::HiRes qw(sleep time);

# dir: where pid/NAME and died (a line per unexpected end) are written.
# programs: list of hashes name, argv and the options of Gatehouse::Process::spawn.
# on_end: function called in the keeper after all programs have ended; it returns
# complaints (lines), which are printed and make stop return false.
has [qw(dir programs on_end pid pipe)];

# The pipes of all keepers of this test: a later keeper must not hold an earlier
# one's open.
my %pipes;

# Forks the keeper; returns when it runs.
sub start ($self) {
	$self->dir->child('pid')->make_path;
	pipe my $read, my $write or die "pipe: $!";
	my $pid = fork // die "fork: $!";
	if (!$pid) {
		close $_ for $write, values %pipes;
		open my $test, '>&', \*STDERR;
		my @complaints = eval { $self->_keep($read) };
		push @complaints, "keeper: $@" if $@;
		syswrite $test, "# $_\n" for @complaints;
		POSIX::_exit(@complaints ? 1 : 0);
	}
	$pipes{$pid} = $write;
	return $self->pid($pid)->pipe($write);
}

# Ends everything; returns when all is gone, true when nobody complained.
sub stop ($self) {
	my $pipe = delete $self->{pipe} or return 1;
	delete $pipes{ $self->pid };
	close $pipe;
	return finish($self->pid) == 0;
}

# Of the running program of that name, the process id; 0 while it is down.
sub pid_of ($self, $name) {
	my $file = $self->dir->child('pid', $name);
	my $pid  = -e $file ? $file->slurp : 0;
	return $pid && kill(0, $pid) ? 0 + $pid : 0;
}

# How each program ended that was not told to: lines "NAME status".
sub deaths ($self) {
	my $file = $self->dir->child('died');
	return -e $file ? split /\n/, $file->slurp : ();
}

# The keeper's life: programs are children, the pipe tells when to go.
sub _keep ($self, $read) {
	POSIX::setsid();
	my $log = $self->dir->child('keeper.log');
	open STDIN, '<', '/dev/null';
	open STDOUT, '>>', $log;
	open STDERR, '>>', $log;
	$SIG{$_} = 'IGNORE' for qw(INT TERM HUP PIPE);
	pipe my $wake_read, my $wake_write or die "pipe: $!";
	$wake_write->blocking(0);
	local $SIG{CHLD} = sub { syswrite $wake_write, 'x' };
	my $select = IO::Select->new($read, $wake_read);
	my %running;
	$self->_launch($_, \%running) for @{ $self->programs };
	while (1) {
		my @ready = $select->can_read;
		last if grep { $_ == $read } @ready;
		sysread $wake_read, my $buffer, 4096 if @ready;
		$self->_reap(\%running);
	}
	return $self->_end(\%running);
}

sub _launch ($self, $program, $running) {
	my ($name, $argv, %options) = (@$program{qw(name argv)}, %$program);
	delete @options{qw(name argv)};
	my $pid = spawn($argv, %options);
	$running->{$pid} = { program => $program, since => time };
	my $file = $self->dir->child('pid', $name);
	path("$file.new")->spurt($pid)->move_to($file);
}

sub _reap ($self, $running) {
	while ((my $pid = waitpid -1, WNOHANG) > 0) {
		my $gone = delete $running->{$pid} // next;
		my $status = $? & 127 ? 'signal ' . ($? & 127) : 'status ' . ($? >> 8);
		my $died = $self->dir->child('died')->open('>>');
		syswrite $died, "$gone->{program}{name} $status\n";
		# A program that dies at once would be started in a busy loop.
		sleep 0.1 if time - $gone->{since} < 0.05;
		$self->_launch($gone->{program}, $running);
	}
}

sub _end ($self, $running) {
	$SIG{CHLD} = 'DEFAULT';
	kill TERM => keys %$running;
	for my $pid (keys %$running) {
		my $status = finish($pid, 5);
		my $died = $self->dir->child('died')->open('>>');
		# SIGTERM itself ends a program that has only just been started.
		syswrite $died, "$running->{$pid}{program}{name} at end $status\n" if $status && $status != 256 + POSIX::SIGTERM();
	}
	return $self->on_end ? $self->on_end->() : ();
}

1;
