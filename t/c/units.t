#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# Runs every C test program of the build; each says in TAP what is true.
use v5.36;
use Test::More;

my $build = $ENV{GATEHOUSE_BUILD} // 'build';
my @programs = sort glob "$build/t/c/*_test $build/t/fuzz/*_fuzz";
ok @programs, 'the build has C tests' or BAIL_OUT("no tests in $build: run make check there");
for my $program (@programs) {
	my $name = $program =~ s{.*/}{}r;
	my $output = qx{GATEHOUSE_SOURCE="\$PWD" srcdir="\$PWD" "$program" 2>&1};
	my $status = $?;
	subtest $name => sub {
		like $output, qr/^(?:1\.\.\d+|ok )/m, 'it speaks TAP';
		for ($output =~ /^((?:not )?ok .*)$/mg) {
			my ($word, $what) = /^((?:not )?ok)(?: \d+)?(?: -)? *(.*)/;
			ok $word eq 'ok', $what;
		}
		is $status, 0, 'it ends well' or diag $output;
	};
}
done_testing;
