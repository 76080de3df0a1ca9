# SPDX-License-Identifier: MIT
package Gatehouse::Database;

# A migrated database of its own, with ways to ask it and to compare its money.

use Mojo::Base -base, -signatures;

use Gatehouse::Cluster;
use Gatehouse::Process 'capture';
use Gatehouse::State;

# cluster: the Gatehouse::Cluster; name: the database's; dbh: a superuser's handle.
has [qw(cluster name)];
has dbh => sub ($self) { $self->cluster->connect($self->name) };

# Makes the database; it goes when the cluster goes, or by drop.
sub start ($class) {
	state $n = 0;
	my $cluster  = Gatehouse::Cluster->shared;
	my $template = $cluster->template;
	my $name     = "t_${$}_" . ++$n;
	my $dbh      = $cluster->connect('postgres');
	$dbh->do(qq(create database "$name" template "$template" owner gatehouse strategy file_copy));
	_copy_settings($dbh, $template, $name);
	return $class->new(cluster => $cluster, name => $name);
}

# What create database does not take over from a template: settings and grants.
sub _copy_settings ($dbh, $from, $to) {
	my $settings = $dbh->selectcol_arrayref(
		'select unnest(setconfig) from pg_db_role_setting s join pg_database d on d.oid = setdatabase
		 where datname = ? and setrole = 0', undef, $from);
	for (@$settings) {
		my ($name, $value) = split /=/, $_, 2;
		# search_path is a list already; quoting it would make one name of it.
		$value = $dbh->quote($value) unless $name eq 'search_path';
		$dbh->do(qq(alter database "$to" set $name = $value));
	}
	$dbh->do('update pg_database t set datacl = f.datacl from pg_database f
	          where f.datname = ? and t.datname = ?', undef, $from, $to);
}

# Ends it; also while others are connected.
sub drop ($self) {
	delete $self->{dbh};
	$self->cluster->connect('postgres')->do('drop database if exists "' . $self->name . '" with (force)');
}

# Runs a statement as the superuser; returns the rows as hashes.
sub sql ($self, $query, @values) {
	my $sth = $self->dbh->prepare($query, { pg_server_prepare => 0 });
	$sth->execute(@values);
	return $sth->{NUM_OF_FIELDS} ? @{ $sth->fetchall_arrayref({}) } : ();
}

# The first column of the first row.
sub value ($self, $query, @values) {
	return scalar $self->dbh->selectrow_array($query, { pg_server_prepare => 0 }, @values);
}

# Runs a script through the real psql, as the owner or $o{user}; returns its
# exit status (3: a statement failed) and what it printed, unaligned.
sub psql ($self, $script, %o) {
	return capture(['psql', '-XAqt', '-v', 'ON_ERROR_STOP=1', '-d',
		$self->cluster->url($self->name, $o{user} // 'gatehouse')], input => $script);
}

# Moves the site's clock, e.g. by '31 days'.
sub clock_move ($self, $interval) { $self->sql('select core.clock_move(?::interval)', $interval) }

# A dump of money, seats and events that two equal histories have in common.
sub state ($self) { Gatehouse::State::dump($self->dbh) }

1;
