# SPDX-License-Identifier: MIT
# Every shell program passes the shell's own check and shellcheck.
use v5.36;
use FindBin;
use Mojo::File 'path';
use Test::More;

my $top   = path($FindBin::Bin, '..', '..')->realpath;
my @known = map { path($top, $_) } qw(run bootstrap nginx/render build-aux/new-endpoint .ci/run bench/run t/site/bare-debian);
my @files = (@known, @{ path($top, 'run.d')->list_tree->grep(sub { $_->basename !~ /\.p[lm]$/ })->to_array });

plan skip_all => 'shellcheck is not installed' if !grep { -x "$_/shellcheck" } split /:/, $ENV{PATH};
for my $file (grep { -e } @files) {
	my $name = $file->to_rel($top);
	like $file->slurp, qr{\A(?:#!/bin/(?:ba)?sh\n)?# SPDX-License-Identifier: MIT\n}, "$name states its licence";
	my $said = qx(cd '$top' && shellcheck -x -P SCRIPTDIR '$name' 2>&1);
	is $said, '', "$name: shellcheck finds nothing";
}
done_testing;
