# SPDX-License-Identifier: MIT
# A walk through the site in real browsers: a script of t/node whose TAP becomes ours.
#
#   my $site = Gatehouse->site(sandbox => 1);
#   walk('keep.mjs', $site->conf->{PUBLIC_URL}, shots($site));
package Gatehouse::Walk;
use Mojo::Base -strict, -signatures;

use Exporter 'import';
use Gatehouse::Process 'capture';
use Gatehouse::Tables 'source_dir';
use Mojo::File 'path';
use Test::More;

our @EXPORT = qw(walk shots);

# The folder that takes the screenshots: that of GATEHOUSE_SHOTS, which stays, or one
# of the site's, which goes with it.
sub shots ($site) { path($ENV{GATEHOUSE_SHOTS} // $site->dir->child('shots'))->make_path }

# Runs t/node/journey/$script with these arguments; each of its tests is one of ours,
# and coming to the end is another.
sub walk ($script, @args) {
	my ($failed, $tap) = capture(['node', source_dir->child("t/node/journey/$script"), @args]);
	my $good = 1;
	for my $line (split /\n/, $tap) {
		if ($line =~ /^(not )?ok \d+ - (.*)/) {
			ok $good = !$1, $2;
		} elsif (!$good && $line =~ /^#/) {
			diag $line;
		}
	}
	is $failed, 0, 'the browser came to the end' or diag $tap;
}

1;
