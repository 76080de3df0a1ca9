# SPDX-License-Identifier: MIT
package Gatehouse::Tables;

# Reads routes.tab, workers.tab and errors.tab, so that tests follow from the lists.

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use File::Basename 'dirname';
use File::Spec;
use Mojo::File 'path';

our @EXPORT_OK = qw(routes route workers errors source_dir build_dir);

my @columns = qw(name face methods path match auth body threads rate settings functions);

# The root of the checkout, absolute.
sub source_dir { state $dir = path(__FILE__)->realpath->dirname->dirname->dirname->dirname }

# The build directory, absolute; GATEHOUSE_BUILD moves it.
sub build_dir { path($ENV{GATEHOUSE_BUILD} // source_dir->child('build'))->to_abs }

sub _rows ($file) {
	return map { [split] } grep { !/^\s*(#|$)/ } split /\n/, source_dir->child($file)->slurp;
}

# Every route in table order, as hashes of the columns; methods, auth, settings
# and functions are array references, body is in bytes.
sub routes {
	my @routes;
	for my $row (_rows('routes.tab')) {
		my %route;
		@route{@columns} = @$row;
		$route{$_} = [grep { $_ ne '-' } split /,/, $route{$_}]
		    for qw(methods auth settings functions);
		$route{body} = $1 * 1024 if $route{body} =~ /^(\d+)k$/;
		push @routes, \%route;
	}
	return @routes;
}

# Every worker of workers.tab as hashes: name, parts, settings and functions, the last
# three array references.
sub workers {
	return map {
		my ($name, @lists) = @$_;
		my ($parts, $settings, $functions) = map { [grep { $_ ne '-' } split /,/] } @lists;
		+{ name => $name, parts => $parts, settings => $settings, functions => $functions };
	} _rows('workers.tab');
}

# The route of that name.
sub route ($name) {
	my ($route) = grep { $_->{name} eq $name } routes();
	return $route // die "no route $name";
}

# code name => HTTP status, of every error.
sub errors { map { $_->[0] => $_->[1] } _rows('errors.tab') }

1;
