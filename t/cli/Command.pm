# SPDX-License-Identifier: MIT
package Command;

# Runs the gatehouse command with an environment of the test's own, and keeps
# what it printed apart from what it complained.

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use File::Temp;
use Gatehouse::Cluster;
use Gatehouse::Process 'finish';
use Gatehouse::Tables qw(source_dir build_dir);
use Mojo::File 'path';
use POSIX ();

our @EXPORT = qw(gatehouse gatehouse_env new_database);

my $program = build_dir->child('gatehouse')->to_string;

# What sanitizers, coverage and the dynamic linker need.
my @tools = qw(PATH ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS LLVM_PROFILE_FILE GCOV_PREFIX LD_LIBRARY_PATH);

# The whole environment of a run: no settings but those given (undef: none).
sub gatehouse_env (%settings) {
	my %env = (
		GATEHOUSE_CONF => '/dev/null', GATEHOUSE_DATADIR => build_dir . ':' . source_dir,
		(map { $_ => $ENV{$_} } grep { exists $ENV{$_} } @tools), %settings,
	);
	return { map { $_ => $env{$_} } grep { defined $env{$_} } keys %env };
}

# Runs gatehouse @args with those settings in its environment; returns exit
# status, standard output and standard error.
sub gatehouse ($settings, @args) {
	my ($out, $err) = (File::Temp->new, File::Temp->new);
	my $pid = fork // die "fork: $!";
	if (!$pid) {
		open STDOUT, '>&', $out;
		open STDERR, '>&', $err;
		%ENV = %{ gatehouse_env(%$settings) };
		exec {$program} 'gatehouse', @args or POSIX::_exit(127);
	}
	my $status = finish($pid, 60);
	return ($status, path("$out")->slurp, path("$err")->slurp);
}

# A new empty database, owned as the product's is; it goes with the cluster.
# Returns its connection string and a superuser's DBI handle.
sub new_database {
	state $n = 0;
	my $cluster = Gatehouse::Cluster->shared;
	my $name    = "cli_${$}_" . ++$n;
	$cluster->connect('postgres')->do(qq(create database "$name" owner gatehouse));
	# The cluster goes when nobody holds it.
	state @held;
	push @held, $cluster;
	return ($cluster->url($name), $cluster->connect($name));
}

1;
