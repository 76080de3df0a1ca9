#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# make dist packs every file of the tree.
use Mojo::Base -strict, -signatures;

use FindBin;
use lib $FindBin::Bin;
use Gatehouse::Process 'capture';
use Gatehouse::Tables 'build_dir';
use Mojo::File 'tempfile';
use Test::More;
use Tree;

my $print = tempfile;
$print->spurt("include Makefile\nprint-distfiles:\n\t\@printf '%s\\n' \$(am__DIST_COMMON) \$(DIST_SOURCES) \$(EXTRA_DIST)"
	. ' $(DATA) $(HEADERS) $(dist_pages_DATA) $(dist_web_DATA) $(dist_migrations_DATA) $(dist_core_DATA)'
	. " \$(dist_api_DATA) \$(dist_nginx_DATA) \$(dist_nginx_SCRIPTS)\n");
my ($status, $said) = capture(['make', '-s', '-C', build_dir, '-f', $print, 'print-distfiles']);
is $status, 0, 'the Makefile lists what it packs' or diag $said;
my %packed = map { s{^(?:\.\./)+|^.*?/\./}{}r => 1 } split /\n/, $said;
my @left   = grep { my $file = $_; !$packed{$file} && !grep { /\Q\/$file\E$/ } keys %packed }
	grep { !m{^\.gitignore$|^(?:t/node|bench/peers)/\.npmrc$|^Makefile\.am$|^configure\.ac$} } files();
is_deeply \@left, [], 'every file of the tree is packed';
done_testing;
