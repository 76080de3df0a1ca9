#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# Every state of every page is clean under axe, fits phone and desktop in light and
# dark, and asks for nothing that the Content-Security-Policy forbids.
use Mojo::Base -strict, -signatures;

use Mojo::File qw(curfile);
use lib curfile->dirname->dirname->child('lib')->to_string;
use Gatehouse::Pages;

my $pages = Gatehouse::Pages->new;
my (@pages, @names);

sub add ($name, @page) {
	push @pages, [$name =~ s/^-//r, @page];
	push @names, $name;
}

for my $fixture ($pages->fixtures) {
	my $brief = $fixture =~ /^error/ && $fixture ne 'error.not_found';
	add(($brief ? '-' : '') . $fixture, $fixture);
	next if $fixture =~ /^error|hostile/;
	add("-$fixture.$_", $fixture, lang => $_) for $pages->languages;
}
add("$_.sandbox", $_, sandbox => 1) for qw(pricing success.ready);

my $site = $pages->site(@pages);
open my $node, '|-', 'node', curfile->dirname->dirname->child('node/pages/axe.mjs'), $site
    or die "node: $!\n";
print {$node} "$_\n" for @names;
close $node;
exit($? >> 8);
