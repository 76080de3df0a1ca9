#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# The success page follows its order by itself, with and without JavaScript; the
# tests are in t/node/pages/success.mjs.
use Mojo::Base -strict, -signatures;

use Mojo::File qw(curfile);
use lib curfile->dirname->dirname->child('lib')->to_string;
use Gatehouse::Pages;

my $pages = Gatehouse::Pages->new;
my @states = map {"success.$_"} qw(waiting ready owed allocated);
my $site = $pages->site(map { [$_, $_] } @states, 'error.unavailable');
$pages->source->child("t/data/pages/$_.json")->copy_to($site) for @states;
system('node', curfile->dirname->dirname->child('node/pages/success.mjs'), $site);
exit($? >> 8);
