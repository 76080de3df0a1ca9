#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# What all subcommands of gatehouse share: names, usage, settings.
use Mojo::Base -strict, -signatures;

use FindBin;
use lib $FindBin::Bin;
use Command;
use Mojo::File 'tempfile';
use Test::More;

my @commands = ('migrate', 'verify', 'seal', 'sweep', 'statement', 'admin create', 'login link', 'role grant', 'role revoke',
	'role list', 'key create', 'key list', 'key revoke',
	'stripe catalogue', 'reconcile', 'outbox list', 'outbox retry', 'outbox resume', 'jobs list', 'jobs run', 'telegram set-webhook',
	'telegram info', 'env', 'version', 'help');

my ($status, $out, $err) = gatehouse({}, 'help');
is $status, 0, 'help succeeds without settings';
is_deeply [$out =~ /^  ((?:[a-z][a-z-]* )+)/mg], [map { "$_ " } @commands], '... and lists every command';
is_deeply [gatehouse({}, '--help')], [$status, $out, $err], '--help is the same';
is_deeply [gatehouse({}, '--version')], [gatehouse({}, 'version')], '--version is version';
like +(gatehouse({}, 'version'))[1], qr/^gatehouse \d+\.\d+/, '... and prints one';

for my $args ([], ['nonsense'], ['key'], ['key', 'nonsense'], ['migrate2'], ['mig'], ['']) {
	($status, $out, $err) = gatehouse({}, @$args);
	is_deeply [$status, $out], [2, ''], "'gatehouse @$args' is no command";
	like $err, qr/^Usage: /, '... and help is offered';
}
for my $args (['migrate', 'x'], ['verify', '-v'], ['seal', 'x'], ['sweep', 'x'], ['outbox', 'list', 'x'], ['outbox', 'retry'], ['outbox', 'retry', 'x'], ['outbox', 'resume'], ['jobs', 'list', 'x'], ['jobs', 'run'],
	['statement'], ['statement', 'a', 'b'], ['admin', 'create', 'x', 'y'], ['admin', 'create', '--role'], ['login', 'link'],
	['key', 'create'], ['key', 'create', '--scope', 'x'], ['key', 'create', 'n', '--scope'],
	['key', 'create', 'n', 'x', 'y'], ['key', 'create', 'n', '--scope', 'A,B'], ['key', 'create', 'n', '--scope', ''],
	['key', 'list', 'x'], ['key', 'revoke'], ['key', 'revoke', 'a', 'b'], ['stripe', 'catalogue', 'x'],
	['reconcile', 'x'], ['reconcile', '--days'], ['reconcile', '--days', '0'],
	['env'], ['env', 'a', 'b'], ['version', 'x'], ['help', 'x']) {
	($status, $out, $err) = gatehouse({ PUBLIC_URL => 'http://x' }, @$args);
	is_deeply [$status, $out], [2, ''], "'gatehouse @$args' is not how to call it";
	like $err, qr/^Usage: gatehouse $args->[0]/, '... and the usage is shown';
}

my $conf = tempfile;
$conf->spurt("# a comment\nPUBLIC_URL=http://from.file\nDATABASE_URL='postgresql:///none?host=/nonexistent'\n");
my $env = sub ($settings, @before) { gatehouse($settings, @before, 'env', 'healthz') };
like +($env->({ GATEHOUSE_CONF => $conf }))[1], qr{^PUBLIC_URL=http://from\.file$}m, 'GATEHOUSE_CONF names the file';
like +($env->({}, '--conf', $conf))[1], qr{^PUBLIC_URL=http://from\.file$}m, '--conf too';
like +($env->({ GATEHOUSE_CONF => '/nonexistent' }, '--conf', $conf))[1], qr{^PUBLIC_URL=}m, '... and goes first';
like +($env->({ GATEHOUSE_CONF => $conf, PUBLIC_URL => 'http://from.env' }))[1],
	qr{^PUBLIC_URL=http://from\.env$}m, 'the environment overrides the file';
unlike +($env->({ GATEHOUSE_CONF => $conf, PUBLIC_URL => '' }))[1], qr{^PUBLIC_URL}m, '... also with nothing';

($status, $out, $err) = $env->({ GATEHOUSE_CONF => '/nonexistent/gatehouse.conf' });
is $status, 1, 'a file that is named must be there';
like $err, qr{/nonexistent/gatehouse\.conf}, '... and is named';

$conf->spurt("PUBLIC_URL=http://x\nDATABASE_URL=postgresql:///x\nJWT_SECERT=oops\n");
($status, $out, $err) = $env->({ GATEHOUSE_CONF => $conf });
is $status, 0, 'a name that is no setting is no error';
like $err, qr/warning: .*JWT_SECERT is not a setting/, '... but told';
unlike $err, qr/oops/, '... without its value';

$conf->spurt("PUBLIC_URL=http://x\nhere is no assignment\n");
($status, $out, $err) = $env->({ GATEHOUSE_CONF => $conf });
is $status, 1, 'a line that cannot be read is an error';
like $err, qr/:2: not NAME=value/, '... with its number';

done_testing;
