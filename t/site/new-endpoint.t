# SPDX-License-Identifier: MIT
# build-aux/new-endpoint in a copy of the tree: what it writes builds, runs and passes.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Mojo::File qw(path tempdir);
use Private;
use Test::More;

my $top  = path($FindBin::Bin, '..', '..')->realpath;
my $copy = tempdir('gh-copy-XXXXXX', TMPDIR => 1);
chmod 0755, "$copy";

# The sources as they are, without what was built or fetched.
is system("cd '$top' && tar -cf - --exclude ./var --exclude ./build --exclude ./.git --exclude node_modules . | tar -xof - -C '$copy'"), 0,
	'a copy of the tree';

# tool(@args): exit status and output of new-endpoint in the copy.
sub tool (@args) {
	my $out = qx('$copy/build-aux/new-endpoint' @args 2>&1);
	return ($? >> 8, $out);
}

sub tree { join '', map { $_->to_rel($copy) . ' ' . $_->stat->mtime . "\n" } $copy->list_tree->sort->each }

subtest 'it writes a row and three files' => sub {
	my ($status, $out) = tool('say-hello', '/api/hello');
	is $status, 0, 'it ends well' or diag $out;
	is $out, join("\n", qw(routes.tab handlers/say-hello.c sql/api/say_hello.sql t/handlers/say-hello.t), ''), 'and names them';
	like +(split /\n/, $copy->child('routes.tab')->slurp)[-1], qr{^say-hello\s+api\s+GET\s+/api/hello\s}, 'the row is the last';
	like $copy->child($_)->slurp, qr/SPDX-License-Identifier: MIT/, "$_ states its licence"
		for qw(handlers/say-hello.c sql/api/say_hello.sql t/handlers/say-hello.t);
};

subtest 'it refuses what cannot be' => sub {
	my $before = tree();
	is +(tool(@$_))[0], 1, "'@$_'" for [], ['say-hello'], ['Upper'], ['other', '/pricing'], ['other', 'nopath'], ['../evil'];
	is tree(), $before, 'and then changes nothing';
};

subtest 'the site answers it' => sub {
	my $site = Private->new(top => $copy, env => { GATEHOUSE_BUILD => $copy->child('build') });
	my $out  = $site->up;
	my $res  = $site->get('/api/hello');
	is $res->code, 200, 'through nginx';
	is_deeply $res->json, { endpoint => 'say-hello' }, 'from the database';
	is $site->ua->post($site->url('/api/hello'))->result->code, 405, 'another method is refused';
	like +($site->run('status'))[1], qr/^say-hello\s+up/m, 'it is supervised';
	my ($status, $may) = $site->run('psql', '-Atqc', "select has_function_privilege('gh_say_hello', 'api.say_hello()', 'execute'),
		has_function_privilege('gh_say_hello', 'api.pricing(jsonb)', 'execute')");
	is $may, "t|f\n", 'its role may call its function and no other';
	my $said = qx(cd '$copy' && GATEHOUSE_BUILD='$copy/build' prove t/handlers/say-hello.t 2>&1);
	is $?, 0, 'its own test passes' or diag $said;
};

done_testing;
