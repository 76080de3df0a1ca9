#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# gatehouse admin link.
use FindBin;
use lib $FindBin::Bin;
use Command;
use Digest::SHA 'sha256_hex';
use Gatehouse;

my $db = Gatehouse->database;
my %conf = (DATABASE_URL => $db->cluster->url($db->name), PUBLIC_URL => 'https://gate.example');

sub role_of ($token) {
	return $db->value('select role from login_links join user_roles using (user_id)
		where encode(token_hash, \'hex\') = ? and used_at is null', sha256_hex($token));
}

my ($status, $out, $err) = gatehouse(\%conf, qw(admin link));
is $status, 0, 'a link is made' or diag $err;
my ($token) = $out =~ m{^https://gate\.example/login\?token=([A-Za-z0-9_-]{43})\n\z};
ok $token, '... and printed as an address of the site';
is role_of($token), 'admin', '... for an admin; only its hash is stored';

($status, $out) = gatehouse(\%conf, qw(admin link --role driver));
is $status, 0, 'a link may be for another role';
is role_of($out =~ s/.*token=|\n//gr), 'driver', '... which its user has';
isnt $out =~ s/.*token=|\n//gr, $token, '... and is another one';

my $links = $db->value('select count(*) from login_links');
($status, $out, $err) = gatehouse(\%conf, qw(admin link --role king));
is_deeply [$status, $out], [1, ''], 'an unknown role is refused';
like $err, qr/no role king/, '... by name';
($status, $out, $err) = gatehouse({ %conf, PUBLIC_URL => undef }, qw(admin link));
is_deeply [$status, $out], [1, ''], 'without PUBLIC_URL there is no link';
like $err, qr/PUBLIC_URL is not set/, '... and it says why';
is $db->value('select count(*) from login_links'), $links, '... and none was stored';
done_testing;
