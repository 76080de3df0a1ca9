#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# How C is written here.
use Mojo::Base -strict, -signatures;

use FindBin;
use lib $FindBin::Bin;
use Gatehouse::Tables 'errors';
use Test::More;
use Tree;

my @c       = files(qr{\.[ch]$});
my @product = files(qr{^(?:common|handlers|cli|workers)/.*\.[ch]$});
my %errors  = errors();

# The text without comments and the insides of strings.
sub code ($text) { $text =~ s{/\*.*?\*/|"(?:[^"\\\n]|\\.)*"}{substr($&, 0, 1) eq '"' ? '""' : ' '}gser }

# No length, no result, no way to tell an error, or one copy for all threads.
my %banned = (
	(map { $_ => 'knows no length' } qw(strcpy strcat sprintf vsprintf gets strncpy strncat stpcpy)),
	(map { $_ => 'hides its errors' } qw(atoi atol atoll atof scanf sscanf fscanf)),
	(map { $_ => 'is not thread safe' } qw(strtok asctime ctime gmtime localtime strsignal setenv putenv)),
	(map { $_ => 'is not random' } qw(rand random srand srandom drand48)),
	(map { $_ => 'can be raced' } qw(mktemp tmpnam tempnam access)),
	(map { $_ => 'runs a shell' } qw(system popen)),
	(map { $_ => 'may exhaust the stack' } qw(alloca strdupa)),
	(map { $_ => 'waits blindly' } qw(sleep usleep)),
);
# The command line looks for a file before it says which one is missing.
my %allowed = map { $_ => 1 } 'cli/data.c access', 'cli/gatehouse.c access';
all_files_hold 'no function is called that cannot be called safely', \@product, sub ($file, $text) {
	my $code = code($text);
	return map { "$_ $banned{$_}" } grep { !$allowed{"$file $_"} && $code =~ /(?<![\w.>])$_\s*\(/ } sort keys %banned;
};

all_files_hold 'a name of a struct is written with struct', \@product, sub ($file, $text) {
	code($text) =~ /typedef\s+(?:struct|union|enum)\b/ ? 'typedef of a struct' : ();
};

# Durations in logs and metrics are no money; template values are somebody's JSON.
all_files_hold 'amounts are never floating point', [grep { !m{^common/(?:log|metrics|template_value)\.} } @product],
	sub ($file, $text) { code($text) =~ /\b(float|double)\b/ ? $1 : () };

sub includes ($text) { $text =~ /^\s*#\s*include\s*["<]([^">]+)[">]/mg }

my %only = (qr{^libpq} => 'common/db.c', qr{^curl/} => 'common/fetch.c', qr{^fcgi} => 'common/loop.c',
	qr{^sodium} => qr{^(?:common/(?:crypto|db)|cli/scram)\.c$});
for my $library (sort keys %only) {
	all_files_hold "only its own file speaks to the library $library", [grep { !/^$only{$library}$/ && $_ !~ $only{$library} } @product],
		sub ($file, $text) { map { "includes $_" } grep { $_ =~ $library } includes($text) };
}

all_files_hold 'a handler includes common/handler.h and at most one header more', [files(qr{^handlers/.*\.c$})],
	sub ($file, $text) {
		my @own = grep { $_ ne 'common/handler.h' } includes($text);
		return ($text !~ m{^#include "common/handler\.h"$}m ? 'no handler.h' : (), @own > 1 ? "includes @own" : ());
	};

all_files_hold 'a handler leaves memory, database and FastCGI to common/', [files(qr{^handlers/.*\.c$})],
	sub ($file, $text) { code($text) =~ /\b(malloc|calloc|realloc|free|PQ\w+|FCGX_\w+|pthread_\w+)\s*\(/ ? "calls $1" : () };

all_files_hold 'a file of common/ includes its own header first', [grep { -f s/c$/h/r } files(qr{^common/.*\.c$})],
	sub ($file, $text) { (includes($text))[0] eq $file =~ s/c$/h/r ? () : (includes($text))[0] };

all_files_hold 'headers are guarded by a name of ours', [files(qr{\.h$})], sub ($file, $text) {
	$text =~ /^#ifndef (GATEHOUSE_\w+_H)\n#define \1$/m ? () : 'no guard';
};

# A declaration may share the comment of the ones before it in its paragraph.
all_files_hold 'every paragraph of a header is explained', [files(qr{^common/.*\.h$})], sub ($file, $text) {
	return map { /^(.*)/ ? "not explained: $1" : () }
		grep { /^[a-z][^#{]*\(/ && !m{/\*} } split /\n\n+/, $text;
};

my $begin = qr/^(\w+)\(/;
all_files_hold 'no function is longer than 60 lines', \@c, sub ($file, $text) {
	functions_longer($text, 60, $begin, qr/^}/);
};

my @lengths = sort { $a <=> $b } map { /: (\d+) lines/ } map { functions_longer(text($_), 0, $begin, qr/^}/) } @product;
cmp_ok scalar @lengths, '>', 100, 'functions are found at all';
cmp_ok $lengths[$#lengths / 2], '<=', 15, 'half of all functions have at most 15 lines';

all_files_hold 'the return type stands on a line of its own', [files(qr{\.c$})], sub ($file, $text) {
	return map { "line begins $_" } $text =~ /^((?:static |const |struct |inline )*\w+ \*?\w+\([^;{]*\)\n\{)/mg;
};

all_files_hold 'every error that C names is in errors.tab', \@c, sub ($file, $text) {
	return grep { !exists $errors{ lc s/^E_//r } } code($text) =~ /\b(E_[A-Z_]+)\b/g;
};

# The comment explains, it does not mark.
my $comment = 0;
my $all     = 0;
for (map { text($_) } @product) {
	$all     += length;
	$comment += length join '', m{/\*.*?\*/}gs;
}
cmp_ok $comment / $all, '>', 0.05, 'code has comments';
done_testing;
