#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# The tables, the files and the tests agree.
use Mojo::Base -strict, -signatures;

use FindBin;
use lib $FindBin::Bin;
use Gatehouse::Tables qw(routes workers errors);
use Test::More;
use Tree;

my @routes  = routes();
my @workers = workers();
my %api    = map { m{([^/]+)\.sql$} ? ($1 => 1) : () } files(qr{^sql/api/});
my %called = map { $_ => 1 } map { @{ $_->{functions} } } @routes, @workers;
my %here   = map { $_ => 1 } files();

for my $route (@routes) {
	my $name = $route->{name};
	(my $last = $route->{path}) =~ s{/$|.*/(?=.)}{}g;
	like $name, qr/(?:^|-)\Q$last\E$/, "$name ends with the last word of its path";
	ok $here{"handlers/$name.c"}, '... has a handler of its name';
	ok $here{"t/handlers/$name.t"}, '... and a test of its name';
	is_deeply [grep { !$api{$_} } @{ $route->{functions} }], [], '... and calls functions that exist';
	my %has = map { $_ => 1 } $route->{face}, @{ $route->{auth} }, @{ $route->{methods} }, map {"$_()"} @{ $route->{functions} };
	ok !($has{session} && ($has{page} || $has{POST})) || $has{'me()'}, '... and knows who looks at its errors';
	like text("handlers/$name.c"), qr{^/\* SPDX.*\n/\* .*\Q$route->{path}\E}, '... and its handler begins with its path';
}
is_deeply [grep { my $file = $_; !grep { "handlers/$_->{name}.c" eq $file } @routes } files(qr{^handlers/})], [],
	'every handler has a row';
for my $worker (@workers) {
	ok $here{"workers/$worker->{name}.c"}, "worker $worker->{name} has a program";
	ok $here{"t/workers/$worker->{name}.t"}, '... and a test of its name';
	is_deeply [grep { !$here{"workers/$_.c"} } @{ $worker->{parts} }], [], '... and its parts';
	is_deeply [grep { !$api{$_} } @{ $worker->{functions} }], [], '... and calls functions that exist';
}
my %part = map { ("workers/$_.c" => 1) } map { $_->{name}, @{ $_->{parts} } } @workers;
is_deeply [grep { !$part{$_} } files(qr{^workers/.*\.c$})], [], 'every file of workers/ belongs to one';
# Operators call it by hand; get_discord_invite uses it.
is_deeply [grep { !$called{$_} && $_ ne 'allocate_invite' } sort keys %api], [], 'every function of api has a caller';

my ($known) = text('common/conf.c') =~ /names\[\] = \{(.*?)\};/s;
my %setting = map { $_ => 1 } $known =~ /"(\w+)"/g;
is_deeply [grep { !$setting{$_} } map { @{ $_->{settings} } } @routes, @workers], [], 'every setting of a program is known to gatehouse.conf';

my %errors = errors();
all_files_hold 'every error that SQL raises is in errors.tab', [files(qr{^sql/.*\.sql$})], sub ($file, $text) {
	return grep { !exists $errors{$_} } $text =~ /\bcore\.fail\(\s*'(\w+)'/g;
};
all_files_hold 'every error that a test expects is in errors.tab', [files(qr{^t/.*\.t$})], sub ($file, $text) {
	return grep { !exists $errors{$_} } $text =~ /\berror_is\b[^;]*?\b[45]\d\d, '(\w+)'/g;
};

my $everything = join "\n", map { text($_) } files(qr{^(?:common|handlers|cli|workers|sql|nginx)/}), 'build-aux/errors.awk';
is_deeply [grep { my $c = 'E_' . uc; $everything !~ /\b(?:$c|$_)\b/ } sort keys %errors], [],
	'every error of errors.tab is raised somewhere';
done_testing;
