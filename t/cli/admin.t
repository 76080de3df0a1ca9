#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# gatehouse admin create, gatehouse login link.
use FindBin;
use lib $FindBin::Bin;
use Command;
use Digest::SHA 'sha256_hex';
use Gatehouse;

my $db = Gatehouse->database;
my %conf = (DATABASE_URL => $db->cluster->url($db->name), PUBLIC_URL => 'https://gate.example');

# The token of a printed link, and whom it lets in.
sub token ($out) { $out =~ m{^https://gate\.example/login\?token=([A-Za-z0-9_-]{43})\n\z} ? $1 : undef }
sub whose ($out) {
	return $db->value(q{select user_id from login_links where encode(token_hash, 'hex') = ? and used_at is null},
		sha256_hex(token($out) // ''));
}
sub roles ($user) { $db->value(q{select string_agg(role, ' ' order by role) from user_roles where user_id = ?}, $user) }

my ($status, $out, $err) = gatehouse(\%conf, qw(admin create));
is $status, 0, 'the first admin is made' or diag $err;
ok token($out), '... and a link printed as an address of the site';
my $admin = whose($out);
is roles($admin), 'admin', '... for an admin; only its hash is stored';
is $db->value(q{select count(*) from audit_log where subject = ? and action in ('role.grant', 'link.create')}, $admin), 2,
    '... and both are written down';

my $first = $out;
($status, $out) = gatehouse(\%conf, qw(admin create));
is whose($out), $admin, 'again: another link for the same admin';
isnt token($out), token($first), '... which is another one';
($status, $out) = gatehouse(\%conf, 'admin', 'create', 'Ada Lovelace');
isnt whose($out), $admin, 'by name: another admin';
is $db->value('select core.user_name(?)', whose($out)), 'Ada Lovelace', '... called that';

my $ada = $db->value(q{select core.identity_sign_in('telegram', '1001', '{}', null)});
($status, $out) = gatehouse(\%conf, qw(login link), $ada);
is_deeply [$status, whose($out), roles($ada)], [0, $ada, undef], 'a link for anybody, without any role';
($status, $out) = gatehouse(\%conf, qw(login link telegram:1001));
is whose($out), $ada, '... by an identity';
my $app = $db->value(q{select core.user_create('app-7', null)});
($status, $out) = gatehouse(\%conf, qw(login link app-7));
is whose($out), $app, '... by the name an application has for them';
($status, $out) = gatehouse(\%conf, qw(admin create telegram:1001));
is_deeply [whose($out), roles($ada)], [$ada, 'admin'], 'somebody we know becomes admin';

my $links = $db->value('select count(*) from login_links');
($status, $out, $err) = gatehouse(\%conf, qw(login link nobody));
is_deeply [$status, $out], [1, ''], 'an unknown user is refused';
like $err, qr/no user nobody/, '... by name';
($status, $out, $err) = gatehouse(\%conf, 'admin', 'create', "a\nb");
is_deeply [$status, $out], [1, ''], 'a strange name is refused';
($status, $out, $err) = gatehouse({ %conf, PUBLIC_URL => undef }, qw(admin create));
is_deeply [$status, $out], [1, ''], 'without PUBLIC_URL there is no link';
like $err, qr/PUBLIC_URL is not set/, '... and it says why';
is((gatehouse(\%conf, @$_))[0], 2, "@$_: usage") for [qw(login link)], [qw(admin create a b)], [qw(admin create --role)];
is $db->value('select count(*) from login_links'), $links, '... and none was stored';
done_testing;
