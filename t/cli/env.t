#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# gatehouse env NAME gives each program its settings and no other's.
use Mojo::Base -strict, -signatures;

use FindBin;
use lib $FindBin::Bin;
use Command;
use Digest::SHA 'hmac_sha256_hex';
use Gatehouse::Tables qw(routes workers);
use Test::More;

my %secrets = map { $_->[0] => "value-of-$_->[0]" } map { [$_] } map { @{ $_->{settings} } } routes(), workers();
my %settings = (
	%secrets, DATABASE_URL => 'postgresql://owner:owner-password@/site?host=/run', ROLE_SECRET => 'of the roles',
	PUBLIC_URL => 'https://gate.example', METRICS_DIR => '/run/metrics', GATEHOUSE_DATADIR => undef,
	EVM_PAYOUT_KEY => 'of nobody yet', DISCORD_BOT_TOKEN => 'of nobody yet',
);
delete $settings{GATEHOUSE_DATADIR};

# The lines of a route as a hash.
sub env ($route, %more) {
	my ($status, $out, $err) = gatehouse({ %settings, %more }, 'env', $route);
	is $status, 0, "$route has an environment" or diag $err;
	return map { split /=/, $_, 2 } split /\n/, $out;
}

for my $route (routes(), workers()) {
	my %got  = env($route->{name});
	my $role = 'gh_' . $route->{name} =~ tr/-/_/r;
	my @want = sort @{ $route->{settings} }, qw(DATABASE_URL GATEHOUSE_DATADIR METRICS_DIR PUBLIC_URL);
	is_deeply [sort keys %got], \@want, '... of its own settings and the common ones';
	is_deeply [@got{ @{ $route->{settings} } }], [@secrets{ @{ $route->{settings} } }], '... with their values';
	is $got{DATABASE_URL}, "$settings{DATABASE_URL}&user=$role&password="
		. hmac_sha256_hex($role, 'of the roles'), '... and its own role';
}

my %got = env('healthz', DATABASE_URL => 'dbname=site host=/run', SANDBOX => 1);
like $got{DATABASE_URL}, qr/^"dbname=site host=\/run user=gh_healthz password=[0-9a-f]{64}"$/,
	'a keyword connection string is extended likewise';
is $got{SANDBOX}, 1, '... and SANDBOX is passed on when set';
%got = env('healthz', DATABASE_URL => 'postgresql:///site', ROLE_SECRET => undef);
is $got{DATABASE_URL}, 'postgresql:///site?user=gh_healthz', 'without ROLE_SECRET there is no password';

%got = env('credits', JWT_SECRET => q(a"b'c\\d$e`f #g));
is $got{JWT_SECRET}, q("a\"b'c\\\\d\$e\`f #g"), 'an awkward value is quoted for EnvironmentFile=';

my ($status, $out, $err) = gatehouse({ %settings, JWT_SECRET => "two\nlines" }, 'env', 'credits');
is $status, 1, 'a value of two lines is refused';
like $err, qr/JWT_SECRET has two lines/, '... by name';
unlike $out, qr/^lines/m, '... and does not become a line of its own';

for my $name ('nonsense', 'credit', 'credit-meter ', '../credits', '') {
	($status, $out, $err) = gatehouse(\%settings, 'env', $name);
	is_deeply [$status, $out], [1, ''], "there is no route '$name'";
	like $err, qr/there is no route/, '... and it says so';
}
($status, $out, $err) = gatehouse({ %settings, DATABASE_URL => undef }, 'env', 'credits');
is_deeply [$status, $out], [1, ''], 'without DATABASE_URL there is no environment';
done_testing;
