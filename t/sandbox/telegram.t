#!/usr/bin/perl
# SPDX-License-Identifier: MIT
use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use SandboxTest qw(run_judge);

run_judge('telegram');
