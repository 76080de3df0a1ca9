#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# gatehouse migrate, on a small tree of SQL of the test's own.
use Mojo::Base -strict, -signatures;

use FindBin;
use lib $FindBin::Bin;
use Command;
use Digest::SHA qw(hmac_sha256 hmac_sha256_hex sha256 sha256_hex);
use Gatehouse::Process qw(spawn finish);
use Gatehouse::Tables 'build_dir';
use MIME::Base64 qw(decode_base64 encode_base64);
use Mojo::File qw(path tempdir);
use Test::More;

my $role = "gh_cli_$$";

# A data directory; the values of %more replace or add files.
sub tree (%more) {
	my %files = (
		'sql/migrations/0001-one.sql' => 'create table one (n bigint not null); insert into one values (1);',
		'sql/migrations/0002-two.sql' => 'alter table one add column t text;',
		'sql/core/fail.sql' => 'create function core.fail() returns int language sql as $$ select 0 $$;',
		'sql/core/touch.sql' => "create function core.touch() returns trigger language plpgsql as \$\$
			begin new.t := 'touched'; return new; end \$\$;
			create trigger touch before insert on one for each row execute function core.touch();",
		'sql/api/sum.sql' => 'create function api.sum() returns bigint language sql as $$ select sum(n) from one $$;',
		'sql/grants.sql' => "do \$\$ begin if not exists (select from pg_roles where rolname = '$role')
			then create role $role login; end if; end \$\$;",
		'routes' => "cli-$$ 2 JWT_SECRET\n",
		'workers.list' => '',
		%more,
	);
	my $dir = tempdir;
	for my $name (keys %files) {
		my $file = $dir->child($name);
		$file->dirname->make_path;
		$file->spurt($files{$name});
	}
	return $dir;
}

# Migrates; returns status and what was printed, complaints included.
sub migrate ($url, $tree, %settings) {
	my ($status, $out, $err) = gatehouse({ DATABASE_URL => $url, GATEHOUSE_DATADIR => $tree, %settings }, 'migrate');
	return ($status, $out . $err);
}

my ($url, $dbh) = new_database;
my $first = tree();

my ($status, $said) = migrate($url, $first);
is $status, 0, 'an empty database is migrated' or diag $said;
like $said, qr/^applied 0001-one\.sql\napplied 0002-two\.sql\nfunctions: /, '... and it says what was done, in order';
is_deeply $dbh->selectall_arrayref('select name, sha256 from schema_migrations order by name'),
	[map { [$_, sha256_hex($first->child("sql/migrations/$_")->slurp)] } '0001-one.sql', '0002-two.sql'],
	'... and keeps the checksums';
like $said, qr/ROLE_SECRET is not set/, '... and says that it set no passwords';

my $fresh = Gatehouse::Cluster->shared->connect($dbh->{pg_db}, 'gatehouse');
is $fresh->selectrow_array('select sum() from one limit 1'), 1, 'tables and functions are found without their schema';
is $fresh->selectrow_array(q(insert into one values (2) returning t)), 'touched', 'triggers of core work';

($status, $said) = migrate($url, $first);
is $status, 0, 'migrating again is harmless';
like $said, qr/all 2 migrations were applied before/, '... and says so';
is $fresh->selectrow_array('select count(*) from one'), 2, '... and loses no row';
is $fresh->selectrow_array(q(insert into one values (3) returning t)), 'touched', '... and keeps the triggers';

sub unchanged ($name) {
	is $fresh->selectrow_array('select api.sum()'), 6, $name;
}

($status, $said) = migrate($url, tree('sql/migrations/0001-one.sql' => 'create table one (n int);'));
is $status, 1, 'a migration that was changed afterwards is refused';
like $said, qr/0001-one\.sql was changed/, '... by its name';

($status, $said) = migrate($url, tree('sql/migrations/0003-three.sql' => "create table three ();\nnonsense;"));
is $status, 1, 'a broken migration is refused';
like $said, qr/0003-three\.sql: .*nonsense/, '... by its name and fault';
is $dbh->selectrow_array(q(select to_regclass('three'))), undef, '... and leaves nothing behind';
unchanged('... and the functions still work');

($status, $said) = migrate($url, tree(
	'sql/migrations/0003-three.sql' => 'create table three (n int); insert into three values (7);',
	'sql/migrations/0004-four.sql' => 'select 1/0;'));
is $status, 1, 'a migration that fails stops the run';
is $dbh->selectrow_array('select n from three'), 7, '... after those before it';

my $third = 'create table three (n int); insert into three values (7);';
($status, $said) = migrate($url, $first);
is $status, 1, 'a database of a newer version is refused';
like $said, qr/newer version: 0003-three\.sql/, '... by what it knows more';

($status, $said) = migrate($url, tree('sql/migrations/0003-three.sql' => $third, 'sql/api/wrong.sql' => 'create function;'));
is $status, 1, 'a broken function file is refused';
like $said, qr{sql/api/wrong\.sql: }, '... by its name';
unchanged('... and the old functions still work: all or none');

($status, $said) = migrate($url, tree('sql/migrations/0003-three.sql' => $third, 'sql/grants.sql' => 'select 1/0;'));
is $status, 1, 'failing grants are refused';
unchanged('... and the old functions still work');

$dbh->do('create table leaning (n bigint default api.sum())');
($status, $said) = migrate($url, tree('sql/migrations/0003-three.sql' => $third));
is $status, 1, 'a table that leans on api is refused';
like $said, qr/depend.*leaning/, '... by its name';
is $dbh->selectrow_array(q(select count(*) from information_schema.columns
	where table_name = 'leaning' and column_default is not null)), 1, '... and left as it is';
$dbh->do('drop table leaning');

$dbh->do('create view leaning as select api.sum()');
($status, $said) = migrate($url, tree('sql/migrations/0003-three.sql' => $third));
is $status, 1, 'so is a view of public';
$dbh->do('drop view leaning');

($status, $said) = migrate($url, tree('sql/migrations/0003-three.sql' => $third,
	'sql/api/sum.sql' => 'create function api.sum(x int default 0) returns text language sql as $$ select $q$new$q$ $$;'));
is $status, 0, 'functions may change their arguments and result' or diag $said;
is $fresh->selectrow_array('select api.sum()'), 'new', '... and callers see the new one';

# The stored verifier of SCRAM-SHA-256 (RFC 5802, RFC 7677).
sub password_fits ($stored, $password) {
	my ($rounds, $salt, $key) = $stored =~ /^SCRAM-SHA-256\$(\d+):([^\$]+)\$([^:]+):/ or return 0;
	my $u = my $salted = hmac_sha256(decode_base64($salt) . pack('N', 1), $password);
	$salted ^= $u = hmac_sha256($u, $password) for 2 .. $rounds;
	return encode_base64(sha256(hmac_sha256('Client Key', $salted)), '') eq $key;
}

my $same = tree('sql/migrations/0003-three.sql' => $third);
($status, $said) = migrate($url, $same, ROLE_SECRET => 'secret of the test');
is $status, 0, 'with ROLE_SECRET the roles get passwords' or diag $said;
like $said, qr/^passwords: 1 roles$/m, '... and it says how many';
my $stored = $dbh->selectrow_array('select rolpassword from pg_authid where rolname = ?', undef, $role);
ok password_fits($stored, hmac_sha256_hex($role, 'secret of the test')), '... derived from the secret and their name';
ok !password_fits($stored, hmac_sha256_hex('gh_other', 'secret of the test')), '... and from no other name';

my ($empty_url, $empty) = new_database;
my @pids = map {
	spawn([build_dir->child('gatehouse'), 'migrate'], log => $same->child("log$_")->to_string,
		env => gatehouse_env(DATABASE_URL => $empty_url, GATEHOUSE_DATADIR => $same))
} 1 .. 4;
is_deeply [map { finish($_, 60) } @pids], [0, 0, 0, 0], 'four at once all succeed';
is $empty->selectrow_array('select count(*) from schema_migrations'), 3, '... each migration was applied once';
is scalar(grep { $same->child("log$_")->slurp =~ /^applied/m } 1 .. 4), 1, '... by one of them';

($status, $said) = migrate($url, tempdir);
is $status, 1, 'a data directory without SQL is refused';
like $said, qr{no sql/migrations/\*\.sql in }, '... by name';

($status, $said) = migrate($url, $same, DATABASE_URL => undef);
is $status, 1, 'without DATABASE_URL it refuses';
like $said, qr/DATABASE_URL is not set/, '... and says why';

($status) = migrate('postgresql:///nowhere?host=/nonexistent', $same);
is $status, 1, 'without a server it fails';

$dbh->do("drop role $role");
done_testing;
