# SPDX-License-Identifier: MIT
package Private;

# A private site made by ./run, in a directory and on a port of its own.
#
#	my $site = Private->new;		# nothing runs yet
#	my ($status, $out) = $site->run;	# ./run
#	is $site->get('/healthz')->code, 200, 'healthy';
#
# It is stopped and removed when the object goes out of scope, and at the end of the
# test in any case, also when that is told to end by a signal.

use Mojo::Base -base, -signatures;

use Carp 'croak';
use Cwd 'abs_path';
use File::Basename 'dirname';
use IO::Socket::INET;
use Mojo::File qw(path tempdir);
use Mojo::UserAgent;
use Scalar::Util 'weaken';
use Test::More ();
use Time::HiRes qw(sleep time);

# the process that answers for the sites: not the clients and commands it forks
my $owner = $$;
my @sites;
$SIG{$_} = sub { exit 1 } for qw(HUP INT TERM);

# top: the checkout that holds the ./run to be used; env: variables for every ./run.
has top => sub { path(dirname(abs_path(__FILE__)), '..', '..', '..')->realpath };
has env => sub { {} };
has dir => sub { my $dir = tempdir('gh-run-XXXXXX', TMPDIR => 1); chmod 0755, "$dir"; $dir };
has var => sub ($self) { $self->dir->child('var') };
has port => sub { free_port() };
has ua => sub { Mojo::UserAgent->new(inactivity_timeout => 30) };

sub new ($class, @args) {
	my $self = $class->SUPER::new(@args);
	push @sites, $self;
	weaken $sites[-1];
	return $self;
}

# free_port(): a TCP port that nobody listens on.
sub free_port { IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')->sockport }

# run(@args): runs ./run with them; exit status and what it printed on both outputs.
sub run ($self, @args) {
	local %ENV = (%ENV, GATEHOUSE_VAR => $self->var, PORT => $self->port, %{ $self->env });
	my $pid = open my $out, '-|' // croak "fork: $!";
	if (!$pid) {
		open STDERR, '>&', \*STDOUT;
		open STDIN, '<', '/dev/null';
		exec $self->top->child('run'), @args or die "run: $!";
	}
	my $text = do { local $/; <$out> } // '';
	close $out;
	return ($? >> 8, $text);
}

# up(): ./run, and a test that it went well; the output.
sub up ($self) {
	my ($status, $out) = $self->run;
	Test::More::is($status, 0, './run ends well') or die $out;
	return $out;
}

sub url ($self, $path) { 'http://127.0.0.1:' . $self->port . $path }

# get($path): the response, or undef when there was none.
sub get ($self, $path) { eval { $self->ua->get($self->url($path))->result } }

# code($path): the status of a fresh connection's answer, 0 for none.
sub code ($self, $path) {
	my $res = eval { Mojo::UserAgent->new(inactivity_timeout => 30)->get($self->url($path))->result };
	return $res ? $res->code : 0;
}

# pid($service): its process id, -1 while it is down.
sub pid ($self, $service) {
	my $dir = $self->var->child('service', $service);
	my $pid = qx(s6-svstat -o pid '$dir' 2>/dev/null);
	chomp $pid;
	return $pid eq '' ? -1 : $pid;
}

# supervisor($service): the process id of its supervisor.
sub supervisor ($self, $service) {
	my $pid = $self->pid($service);
	my ($parent) = path("/proc/$pid/status")->slurp =~ /^PPid:\s*(\d+)/m;
	return $parent;
}

# wait_for($seconds, $what): calls it until it is true; that value, or false.
sub wait_for ($self, $seconds, $what) {
	my $end = time + $seconds;
	while (1) {
		my $got = $what->();
		return $got if $got || time > $end;
		sleep 0.02;
	}
}

# load($path, $clients, $meanwhile): that many clients ask for the path without pause
# while the function runs; a hash of HTTP status (0: no answer) and count.
sub load ($self, $path, $clients, $meanwhile) {
	my @readers = map { $self->_client($path) } 1 .. $clients;
	my $failed = !eval { $meanwhile->(); 1 } && $@;
	kill TERM => map { $_->{pid} } @readers;
	my %count;
	for my $reader (@readers) {
		my $said = do { local $/; readline $reader->{out} };
		$count{$1} += $2 while $said =~ /^(\d+) (\d+)$/mg;
		waitpid $reader->{pid}, 0;
	}
	die $failed if $failed;
	return \%count;
}

sub _client ($self, $path) {
	pipe my $out, my $in;
	my $pid = fork // croak "fork: $!";
	return { pid => $pid, out => $out } if $pid;
	my ($on, %count) = (1);
	local $SIG{TERM} = sub { $on = 0 };
	my $ua = Mojo::UserAgent->new(inactivity_timeout => 30);
	while ($on) {
		my $res = eval { $ua->get($self->url($path))->result };
		$count{ $res ? $res->code : 0 }++;
	}
	syswrite $in, join '', map { "$_ $count{$_}\n" } keys %count;
	require POSIX;
	POSIX::_exit(0);
}

# end(): stops what runs; its directory goes with the object.
sub end ($self) {
	return if $$ != $owner;
	local ($?, $@, $!);
	$self->run('stop') if $self->{dir} && -d $self->var->child('service');
	delete $self->{dir};
}

sub DESTROY ($self) { $self->end if ${^GLOBAL_PHASE} ne 'DESTRUCT' }

END {
	if ($$ == $owner) {
		$_ && $_->end for @sites;
	}
}

1;
