#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# Scripts: shellcheck has nothing to say, Perl is strict, functions are short.
use Mojo::Base -strict, -signatures;

use FindBin;
use lib $FindBin::Bin;
use Gatehouse::Process 'capture';
use Gatehouse::Tables 'source_dir';
use Test::More;
use Tree;

my @text  = files(qr{^(?!t/fuzz/corpus/)(?!.*\.(?:png|ico|woff2?|json)$)});
my @shell = grep { /\.sh$/ || text($_) =~ m{\A#!\s*/bin/(?:ba|da)?sh} } @text;
my @perl  = grep { /\.(?:p[lm]|t)$/ || text($_) =~ m{\A#!.*\bperl} } @text;
my @awk   = grep { /\.awk$/ } @text;

cmp_ok scalar @shell, '>=', 3, 'shell scripts are found';
for my $script (@shell) {
	my ($status, $said) = capture(['shellcheck', '-x', $script], dir => source_dir->to_string);
	is $status, 0, "shellcheck is content with $script" or diag $said;
}

all_files_hold 'shell scripts stop at an error', [grep { text($_) =~ /\A#!/ } @shell], sub ($file, $text) {
	$text =~ /^\s*set -[a-z]*e|^\s*exec |^\. /m ? () : 'neither set -e nor exec';
};

all_files_hold 'Perl is strict', \@perl, sub ($file, $text) {
	$text =~ /^use (?:strict|v5\.\d+|Mojo::Base\b.*|Mojolicious::Lite\b.*|Gatehouse)/m ? () : 'not strict';
};

all_files_hold 'no function of Perl is longer than 60 lines', \@perl, sub ($file, $text) {
	functions_longer($text, 60, qr/^sub (\w+)[^}]*\{\s*$/, qr/^}/);
};
all_files_hold 'no function of shell is longer than 60 lines', \@shell, sub ($file, $text) {
	functions_longer($text, 60, qr/^(\w+)\(\)\s*\{\s*$/, qr/^}/);
};
all_files_hold 'no function of awk is longer than 60 lines', \@awk, sub ($file, $text) {
	functions_longer($text, 60, qr/^function (\w+)[^}]*\{\s*$/, qr/^}/);
};

# A poll with a deadline may pause for less than a tenth of a second.
all_files_hold 'no test sleeps', [files(qr{^t/.*\.t$})], sub ($file, $text) {
	map { "says $_" } $text =~ /^(?!use )[^#'"]*\b(u?sleep\b\s*\(?\s*(?!0?\.0\d)\S+)/mg;
};

all_files_hold 'programs with a first line are executable', [grep { text($_) =~ /\A#!/ && !/\.(?:t|pl)$/ } @text],
	sub ($file, $text) { -x source_dir->child($file) ? () : 'not executable' };
done_testing;
