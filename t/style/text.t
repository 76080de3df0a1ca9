#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# What holds for every file of the tree.
use Mojo::Base -strict, -signatures;

use FindBin;
use lib $FindBin::Bin;
use Test::More;
use Tree;

my @text   = files(qr{^(?!t/fuzz/corpus/)(?!.*\.(?:png|ico|woff2?)$)});
# Not: prose, formats without comments, what is somebody else's.
my @source = grep { !m{^(?:LICENSE|HACKING|doc/.*|\.gitignore|.*README|.*\.json|.*\.svg|.*\.npmrc|po/.*)$} } @text;

all_files_hold 'every source file says its licence in its first lines', \@source, sub ($file, $text) {
	$text =~ /\A(?:.*\n){0,2}.*SPDX-License-Identifier: MIT\b/ ? () : 'no SPDX line';
};

# Recorded events stay as they came.
all_files_hold 'text is UTF-8 without carriage returns and ends with a line end', [grep { !m{^t/data/} } @text], sub ($file, $text) {
	my @faults;
	push @faults, 'not UTF-8' unless utf8::decode(my $copy = $text);
	push @faults, 'carriage return' if $text =~ /\r/;
	push @faults, 'no line end at its end' if length $text && $text !~ /[^\n]\n\z/;
	return @faults;
};

# The lines of a patch begin with their context.
all_files_hold 'no line ends with white space', [grep { !/\.(?:patch|po)$/ } @text], sub ($file, $text) {
	my @lines = split /\n/, $text;
	return map { 'line ' . ($_ + 1) } grep { $lines[$_] =~ /[ \t]$/ } 0 .. $#lines;
};

# Written so that this file does not match itself.
my $unfinished = join '|', map { "\\b$_\\b" } 'TO' . 'DO', 'FIX' . 'ME', 'X' . 'XX', 'HA' . 'CK';
all_files_hold 'nothing is left unfinished', [grep { !/package-lock\.json$/ } @text], sub ($file, $text) {
	$text =~ /($unfinished)/ ? "says $1" : ();
};

my $places = join '|', map { "/$_/" } 'home/\w+', 'Users/\w+', 'wo' . 'rk', 'tmp/' . 'gh';
all_files_hold 'no path of anybody\'s machine is in it', \@text, sub ($file, $text) {
	$text =~ /((?<![\w.])(?:$places))/ ? "says $1" : ();
};

done_testing;
