# SPDX-License-Identifier: MIT
package Gatehouse::Cluster;

# A private PostgreSQL cluster in a temporary directory, shared by the test
# files of one prove run.  The first file to need it starts it under a lock; a
# guard process stops it when nobody uses it any more and the run is over, or
# ten seconds have passed.  Users are counted by a FIFO that each of them holds
# open for writing: it reads "end" when the last one is gone, however it went.

use Mojo::Base -base, -signatures;

use DBI;
use Digest::SHA 'sha1_hex';
use Fcntl qw(:flock O_CREAT O_NOFOLLOW O_NONBLOCK O_RDONLY O_RDWR O_WRONLY);
use File::Spec;
use Gatehouse::Process qw(spawn capture finish);
use Gatehouse::Tables qw(source_dir build_dir);
use IO::Select;
use Mojo::File 'path';
use POSIX ();
use Time::HiRes qw(sleep time);

my $bin = '/usr/lib/postgresql/15/bin';

# Neither fsync nor parallelism: these clusters die with the tests.
my %settings = (
	listen_addresses => '', max_connections => 500, shared_buffers => '64MB',
	fsync => 'off', synchronous_commit => 'off', full_page_writes => 'off',
	autovacuum_naptime => '1h', log_min_messages => 'warning', max_parallel_workers => 0,
	deadlock_timeout => '200ms', timezone => 'UTC', log_timezone => 'UTC',
);

# dir: the socket directory; users: our hold on the cluster.
has [qw(dir users)];

# The cluster of this run, started when need be.
sub shared ($class) {
	my $run = getppid;
	my $dir = path(File::Spec->tmpdir, "gh-pg-$>-$run");
	my $lock = _lock("$dir.lock");
	my $self = $class->new(dir => $dir);
	$self->_start($run) unless -e "$dir/ready" && $self->_hold;
	return $self;
}

# A connection string for libpq (URI); user owner unless given.
sub url ($self, $database, $user = 'gatehouse') {
	(my $host = $self->dir) =~ s{/}{%2F}g;
	return "postgresql://$user\@/$database?host=$host";
}

# A DBI handle as the superuser, or as $user.
sub connect ($self, $database, $user = 'postgres') {
	return DBI->connect("dbi:Pg:dbname=$database;host=" . $self->dir, $user, '',
		{ RaiseError => 1, PrintError => 0, PrintWarn => 0, AutoInactiveDestroy => 1, pg_enable_utf8 => 1 });
}

# The name of a migrated database that may be copied but not used.  Made anew
# when the SQL has changed.
sub template ($self) {
	my $name = 'template_' . substr _digest(), 0, 12;
	my $lock = _lock($self->dir . '.lock');
	my $dbh  = $self->connect('postgres');
	return $name if $dbh->selectrow_array('select 1 from pg_database where datname = ?', undef, $name);
	$dbh->do(qq(drop database if exists "new_$name"));
	$dbh->do(qq(create database "new_$name" owner gatehouse));
	my ($status, $out) = _migrate($self->url("new_$name"));
	die "migration failed: $out" if $status;
	$dbh->do(qq(alter database "new_$name" rename to "$name"));
	return $name;
}

sub _lock ($file) {
	while (1) {
		sysopen my $fh, $file, O_RDWR | O_CREAT | O_NOFOLLOW or die "$file: $!";
		flock $fh, LOCK_EX or die "$file: $!";
		my @inode = stat $file;
		return $fh if @inode && $inode[1] == (stat $fh)[1];
	}
}

# Says that we use the cluster; false when its guard is gone.
sub _hold ($self) {
	sysopen my $fh, $self->dir . '/users', O_WRONLY | O_NONBLOCK or return 0;
	return $self->users($fh);
}

sub _start ($self, $run) {
	my $dir  = $self->dir;
	my $user = $> ? undef : _user();
	$dir->remove_tree if -e $dir;
	$dir->make_path({ mode => 0700 });
	chown +(getpwnam $user)[2, 3], $dir if $user;
	POSIX::mkfifo("$dir/users", 0600) or die "mkfifo: $!";
	my $fault = _guard($dir, $user, $run);
	die $fault if length $fault;
	$self->_hold or die 'the guard of the cluster did not start';
	$self->_wait;
	$self->connect('postgres')->do('create role gatehouse login createrole createdb');
	path("$dir/ready")->spurt('');
}

sub _user { (grep { getpwnam $_ } qw(postgres nobody))[0] }

sub _wait ($self) {
	my $end = time + 30;
	until (eval { $self->connect('postgres') }) {
		die 'PostgreSQL did not start: ', path($self->dir, 'log')->slurp if time > $end;
		sleep 0.05;
	}
}

sub _initdb ($dir, $user) {
	my ($status, $out) = capture(["$bin/initdb", '-D', "$dir/data", '-U', 'postgres', '-A', 'trust',
		'-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'], user => $user, dir => '/');
	die "initdb: $out" if $status;
	path("$dir/data/postgresql.conf")->open('>>')->print(map { "$_ = '$settings{$_}'\n" } sort keys %settings);
}

# Starts the server under a process that stops it when it is no longer used, and
# which no signal to the tests reaches.  Returns what went wrong, or ''.
sub _guard ($dir, $user, $run) {
	pipe my $read, my $write or die "pipe: $!";
	my $pid = fork // die "fork: $!";
	if (!$pid) {
		POSIX::setsid();
		POSIX::_exit(0) if fork;
		open STDIN,  '<',  '/dev/null';
		open STDOUT, '>>', '/dev/null';
		open STDERR, '>>', '/dev/null';
		$SIG{$_} = 'IGNORE' for qw(INT TERM HUP);
		# Above all the lock, which would stay taken as long as we live.
		$_ == fileno $write or POSIX::close($_) for 3 .. 255;
		eval { _watch($dir, $user, $run, $write) };
		syswrite $write, $@ if $@;
		POSIX::_exit(0);
	}
	close $write;
	waitpid $pid, 0;
	return join '', <$read>;
}

sub _watch ($dir, $user, $run, $ready) {
	sysopen my $users, "$dir/users", O_RDONLY | O_NONBLOCK or die $!;
	_initdb($dir, $user);
	my $server = spawn(["$bin/postgres", '-D', "$dir/data", '-k', $dir],
		user => $user, log => "$dir/log", dir => '/', session => 1);
	close $ready;
	my $unused_since;
	while (1) {
		if (_used($users)) {
			undef $unused_since;
			IO::Select->new($users)->can_read(5);
			next;
		}
		$unused_since //= time;
		my $over = !kill(0, $run) || time - $unused_since > 10;
		last if $over && _retire($dir, $users);
		sleep 0.2;
	}
	kill QUIT => $server;
	finish($server, 10);
	$dir->remove_tree;
}

# Does anybody hold the FIFO?  Reading gives the end when nobody does.
sub _used ($users) {
	my $n = sysread $users, my $buffer, 512;
	return !defined $n || $n > 0;
}

# Under the lock, so that nobody comes in between: still unused?
sub _retire ($dir, $users) {
	my $lock = _lock("$dir.lock");
	return 0 if _used($users);
	unlink "$dir/ready", "$dir.lock";
	return 1;
}

# A digest of everything the template is made from.
sub _digest {
	my @files = sort grep { -f } (map { source_dir->child($_)->list_tree->each } qw(sql build-aux)),
	    map { source_dir->child($_) } qw(routes.tab workers.tab errors.tab);
	return sha1_hex(map { "$_\0" . path($_)->slurp } @files);
}

# Brings a database to the present schema by the product's own command.
sub _migrate ($url) {
	return capture([build_dir->child('gatehouse'), 'migrate'],
		env => { %ENV, DATABASE_URL => $url, GATEHOUSE_CONF => '/dev/null',
			GATEHOUSE_DATADIR => build_dir . ':' . source_dir });
}

1;
