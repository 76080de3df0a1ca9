# SPDX-License-Identifier: MIT
package Tree;

# The files of the source tree, for tests of how they are written.

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use Gatehouse::Process 'capture';
use Gatehouse::Tables 'source_dir';
use Mojo::File 'path';
use Test::More ();

our @EXPORT = qw(files text lines all_files_hold functions_longer);

# What a build or an installation of packages leaves behind.
my $made = qr{^(?:build|var|autom4te\.cache)/|(?:^|/)node_modules/|^(?:configure~?|aclocal\.m4|Makefile\.in
	|config\.h\.in~?|routes\.mk|files\.mk)$|^build-aux/(?:ar-lib|compile|config\..*|depcomp|install-sh|missing
	|.*-driver(?:\.sh)?|ltmain\.sh)$|^po/.*\.mo$|\.o$|~$}x;

# The paths of all files of the tree (relative, sorted) that match the pattern:
# those that git knows, or in a tree without git all that nothing made.
sub files ($like = qr/./) {
	state @all = _all();
	my @some = grep { /$like/ } @all;
	return @some;
}

sub _all {
	my $root = source_dir;
	my ($status, $known) = capture(['git', '-c', "safe.directory=$root", 'ls-files', '-z'], dir => "$root");
	my @all = $status == 0 ? split /\0/, $known
		: map { $_->to_rel($root)->to_string } $root->list_tree({ hidden => 0 })->each;
	@all = grep { !/$made/ && -f $root->child($_) } sort @all;
	return @all;
}

# The bytes of a file; its lines.
sub text ($file) { path(source_dir)->child($file)->slurp }
sub lines ($file) { split /\n/, text($file) }

# One test: the function finds no fault in any of these files (at least one).  It
# is given path and text and returns what is wrong, nothing when all is well.
sub all_files_hold ($name, $files, $faults) {
	my @wrong = map { my $file = $_; map { "$file: $_" } $faults->($file, text($file)) } @$files;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	Test::More::ok(@$files && !@wrong, $name) or Test::More::diag(@$files ? join "\n", @wrong : 'no such files');
}

# Functions of a text that are longer than $most lines, as "name: N lines".  One
# begins at a line that matches $begin, whose first group is its name, and ends at
# the first line that matches $end.
sub functions_longer ($text, $most, $begin, $end) {
	my ($name, $first, @long);
	my @lines = split /\n/, $text;
	for my $i (0 .. $#lines) {
		($name, $first) = ($1, $i) if !defined $first && $lines[$i] =~ $begin;
		next unless defined $first && $i > $first && $lines[$i] =~ $end;
		push @long, "$name: @{[$i - $first + 1]} lines" if $i - $first + 1 > $most;
		undef $first;
	}
	return @long;
}

1;
