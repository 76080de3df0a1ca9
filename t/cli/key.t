#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# gatehouse key create, list, revoke.
use FindBin;
use lib $FindBin::Bin;
use Command;
use Digest::SHA 'sha256_hex';
use Gatehouse;

my $db = Gatehouse->database;
my %conf = (DATABASE_URL => $db->cluster->url($db->name));
my @columns = 'encode(key_hash, \'hex\') as hash, array_to_string(scopes, \',\') as scopes, revoked_at is not null as revoked';

sub row ($name) { ($db->sql("select @columns from service_keys where name = ?", $name))[0] }

my ($status, $out, $err) = gatehouse(\%conf, qw(key create backend));
is $status, 0, 'a key is made' or diag $err;
like $out, qr/^ghk_[A-Za-z0-9_-]{43}\n\z/, '... and printed, with nothing else';
is $err, '', '... without a word';
my $key = $out =~ s/\n//r;
is_deeply row('backend'), { hash => sha256_hex($key), scopes => 'service', revoked => 0 },
	'... only its hash is stored, with the scope service';

($status, my $second) = gatehouse(\%conf, qw(key create other --scope service --scope metrics:read));
is $status, 0, 'a key may have several scopes';
is row('other')->{scopes}, 'service,metrics:read', '... which are stored';
isnt $second, $out, '... and is another one';

($status, $out, $err) = gatehouse(\%conf, qw(key create backend));
is_deeply [$status, $out], [1, ''], 'the name of a live key is taken';
like $err, qr/named backend already/, '... and it says so';

my $hostile = q(o'brien"; drop table users; --\\);
($status) = gatehouse(\%conf, 'key', 'create', $hostile);
is $status, 0, 'a name is data';
is $db->value('select count(*) from service_keys where name = ?', $hostile), 1, '... whatever is in it';

($status, $out) = gatehouse(\%conf, qw(key list));
is $status, 0, 'keys are listed';
like $out, qr/^backend +service +\d{4}-\d\d-\d\d \d\d:\d\d/m, '... by name, scope and date';
unlike $out, qr/ghk_|\Q$key\E|[0-9a-f]{64}/, '... and nothing that opens a door';

($status, $out) = gatehouse(\%conf, qw(key revoke backend));
is_deeply [$status, $out], [0, "revoked backend\n"], 'a key is revoked';
is row('backend')->{revoked}, 1, '... in the database';
($status, $out, $err) = gatehouse(\%conf, qw(key revoke backend));
is_deeply [$status, $out], [1, ''], 'once';
like $err, qr/no live key named backend/, '... and then it is gone';
like +(gatehouse(\%conf, qw(key list)))[1], qr/^backend .* revoked \d{4}/m, '... but still listed';
($status) = gatehouse(\%conf, qw(key create backend));
is $status, 0, '... and its name is free again';

($status) = gatehouse(\%conf, 'key', 'create', 'x' x 101);
is $status, 1, 'a name that is too long is refused';
done_testing;
