#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# How SQL is written here.
use Mojo::Base -strict, -signatures;

use FindBin;
use lib $FindBin::Bin;
use Test::More;
use Tree;

my @functions = files(qr{^sql/(?:core|api)/.*\.sql$});
my @api       = files(qr{^sql/api/.*\.sql$});

# The text without comments.
sub code ($text) { $text =~ s/--.*//gr }

all_files_hold 'a file holds the function of its name and no other', \@functions, sub ($file, $text) {
	my ($schema, $name) = $file =~ m{^sql/(\w+)/(\w+)\.sql$};
	my @made = code($text) =~ /create(?: or replace)? function\s+([\w.]+)/g;
	return 'makes none' unless @made;
	return map { "makes $_" } grep { $_ ne "$schema.$name" } @made;
};

all_files_hold 'a function begins with what it does or returns', \@functions, sub ($file, $text) {
	my ($head) = $text =~ /\A((?:--.*\n)+)/;
	return $head && $head =~ /^-- (?:Does|Returns): /m ? () : 'no header';
};

all_files_hold 'a function says its volatility', \@functions, sub ($file, $text) {
	code($text) =~ /\b(?:immutable|stable|volatile)\b|returns trigger/ ? () : 'no volatility';
};

all_files_hold 'a function of api runs as its owner with a fixed search_path', \@api, sub ($file, $text) {
	my $code = code($text);
	return ($code =~ /security definer/ ? () : 'no security definer',
		$code =~ /set search_path = pg_catalog, / ? () : 'search_path does not begin with pg_catalog',
		$code =~ /set search_path = [\w, ]*pg_temp\b/ ? () : 'search_path does not end with pg_temp');
};

all_files_hold 'only core.now() reads the clock', [grep { !m{/(?:now|clock_move)\.sql$} } @functions], sub ($file, $text) {
	my $code = code($text);
	return map { "calls $_" } $code =~ /(?<!core\.)\b(now\s*\(\s*\)|current_timestamp|clock_timestamp|statement_timestamp|localtimestamp|current_date|timeofday)/g;
};

all_files_hold 'a migration has no function of core or api', [files(qr{^sql/migrations/})], sub ($file, $text) {
	code($text) =~ /\b((?:core|api)\.\w+)/ ? "mentions $1" : ();
};

my @names = map { m{([^/]+)$} } files(qr{^sql/migrations/});
is_deeply [grep { !/^\d{4}-[a-z0-9-]+\.sql$/ } @names], [], 'migrations are numbered and named';
my %numbers = map { substr($_, 0, 4) => 1 } @names;
is scalar(keys %numbers), scalar(@names), '... each with a number of its own';

all_files_hold 'no function is longer than 100 lines', \@functions, sub ($file, $text) {
	functions_longer($text, 100, qr/^create function ([\w.]+)/, qr/^\$\$/);
};
done_testing;
