# SPDX-License-Identifier: MIT
# A bare Debian 12 is enough: t/site/bare-debian, which takes many minutes.
use v5.36;
use FindBin;
use Test::More;

plan skip_all => 'takes many minutes: GATEHOUSE_BARE=1 runs it' if !$ENV{GATEHOUSE_BARE};
exec "$FindBin::Bin/bare-debian" or die "bare-debian: $!";
