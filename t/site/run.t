# SPDX-License-Identifier: MIT
# ./run and its subcommands on a private site.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Socket::INET;
use Mojo::JSON 'decode_json';
use Private;
use Test::More;

my $site = Private->new;
my $out  = $site->up;
my $port = $site->port;

sub value ($sql) {
	my ($status, $text) = $site->run('psql', '-Atqc', $sql);
	is $status, 0, 'psql' or diag $text;
	chomp $text;
	return $text;
}

sub env_of ($one) { my ($status, $text) = $one->run('env'); return map { split /=/, $_, 2 } split /\n/, $text }

subtest 'a new site' => sub {
	like $out, qr{http://127\.0\.0\.1:$port/pricing}, 'its shop is printed';
	like $out, qr{http://127\.0\.0\.1:$port/sandbox/}, 'and its sandbox';
	my ($login) = $out =~ m{http://127\.0\.0\.1:$port(/login\?token=\S+)};
	is $site->code($login), 200, 'and a login link that works';
	is $site->get($_)->code, 200, "$_ answers" for qw(/healthz /metrics /pricing /sandbox/);
	my $products = $site->get('/pricing')->dom->find('li.product');
	is $products->size, 4, 'four products are on sale';
	is value('select count(*) from invites_pool where used_at is null'), 50, '50 invites are in the pool';
	is value('show fsync'), 'on', 'what is written is safe';
	is sprintf('%o', $site->var->stat->mode & 0777), 700, 'nobody else may look into its files';
	is sprintf('%o', $site->var->child('gatehouse.conf')->stat->mode & 0777), 600, 'nor at its secrets';
};

subtest 'who runs it' => sub {
	my $owner = $site->var->stat->uid;
	isnt $owner, 0, 'nobody as root';
	for my $service (qw(postgres nginx sandbox fdholder users)) {
		is +(stat '/proc/' . $site->pid($service))[4], $owner, "$service runs as the site's user";
	}
	my $environ = Mojo::File::path('/proc', $site->pid('pricing'), 'environ')->slurp;
	unlike $environ, qr/SECRET|STRIPE/, 'a route without secrets is given none';
	$environ = Mojo::File::path('/proc', $site->pid('rollover-cron'), 'environ')->slurp;
	like $environ, qr/(?:^|\0)CRON_SECRET=/, 'one that needs a secret has it';
	unlike $environ, qr/STRIPE|JWT|ROLE_SECRET/, 'and no other';
	is value("select bool_and(has_function_privilege('gh_pricing', p.oid, 'execute') = (proname in ('pricing', 'me')))
		from pg_proc p where pronamespace = 'api'::regnamespace"), 't', 'its role may call its functions only';
};

subtest 'settings for scripts' => sub {
	my %env = env_of($site);
	is $env{URL}, "http://127.0.0.1:$port", 'URL';
	ok length $env{$_}, $_ for qw(DATABASE_URL CRON_SECRET JWT_SECRET STRIPE_WEBHOOK_SIGNING_SECRET SERVICE_KEY);
	my $res = $site->ua->post($site->url('/api/users'), { Authorization => "Bearer $env{SERVICE_KEY}" },
		json => { external_id => 'from-a-script' })->result;
	is $res->code, 200, 'the service key works';
	like qx(psql '$env{DATABASE_URL}' -Atc 'select 1' 2>&1), qr/^1$|not permitted|denied/, 'the database is where it says';
};

subtest 'the demo' => sub {
	my ($status, $text) = $site->run('demo');
	is $status, 0, 'ends well' or diag $text;
	like $text, qr/invite\s+https:\S+/, 'shows the invite';
	like $text, qr/charged\s+3/, 'and the charge';
	is +($site->run('cli', 'verify'))[0], 0, 'the books agree afterwards';
};

subtest 'a second ./run' => sub {
	my %before = map { $_ => $site->pid($_) } qw(postgres nginx sandbox fdholder pricing users);
	my %env = env_of($site);
	my $orders = value('select count(*) from orders');
	$out = $site->up;
	like $out, qr{/login\?token=}, 'prints the links again';
	is_deeply { map { $_ => $site->pid($_) } keys %before }, \%before, 'restarts nothing';
	is_deeply { env_of($site) }, \%env, 'keeps all secrets';
	is value('select count(*) from invites_pool'), 50, 'adds no invites';
	is value('select count(*) from orders'), $orders, 'keeps all orders';
};

subtest 'status, logs, restart' => sub {
	my ($status, $text) = $site->run('status');
	is $status, 0, 'all is well';
	like $text, qr/^pricing\s+up/m, 'status names the routes';
	like +($site->run('logs', 'pricing'))[1], qr{"path":"/pricing"}, 'logs of a route';
	my ($line) = grep { m{"path":"/pricing"} } split /\n/, ($site->run('logs', 'nginx'))[1];
	my $id = decode_json($line)->{request_id};
	like +($site->run('logs', 'pricing'))[1], qr/\Q$id/, 'nginx and the program log the same request id';
	is +($site->run('logs', 'nosuch'))[0], 1, 'logs of nothing: an error';
	my $before = $site->pid('users');
	is +($site->run('restart', 'users'))[0], 0, 'restart of a route';
	isnt $site->pid('users'), $before, 'is a new process';
	is +($site->run('restart', 'nosuch'))[0], 1, 'restart of nothing: an error';
	is +($site->run('nonsense'))[0], 2, 'an unknown subcommand: usage';
	like +($site->run('cli', 'key', 'list'))[1], qr/^run\s/m, 'the gatehouse command';
};

subtest 'two sites side by side' => sub {
	my $other = Private->new;
	$other->up;
	is $other->code('/healthz'), 200, 'the second is healthy';
	is $site->code('/healthz'), 200, 'the first still is';
	my ($status, $text) = $other->run('psql', '-Atqc', 'select count(*) from orders');
	is $text, "0\n", 'it has data of its own';
	is +($other->run('stop'))[0], 0, 'it stops';
	is $site->code('/healthz'), 200, 'and the first runs on';
};

subtest 'a port that is taken' => sub {
	my $taken = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1');
	local $site->env->{PORT} = $taken->sockport;
	my ($status, $text) = $site->run;
	is $status, 1, 'is refused';
	like $text, qr/port @{[$taken->sockport]} is taken by another program/, 'with a clear word';
	is $site->code('/healthz'), 200, 'the running site is untouched';
};

subtest 'a live Stripe key' => sub {
	local $site->env->{STRIPE_SECRET_KEY} = 'sk_live_' . 'x' x 24;
	my ($status, $text) = $site->run;
	is $status, 1, 'and the sandbox: refused';
	like $text, qr/does not run beside a live Stripe key/, 'with a clear word';
	unlike $text, qr/sk_live/, 'that does not repeat the key';
};

subtest 'stop and start' => sub {
	my $before = value('select json_agg(o order by created_at) from orders o');
	is +($site->run('stop'))[0], 0, 'stop';
	is $site->code('/healthz'), 0, 'nothing answers';
	like +($site->run('logs', 'postgres'))[1], qr/database system is shut down/, 'PostgreSQL ended in order';
	my ($status, $text) = $site->run('status');
	is $status, 1, 'status says so';
	is +($site->run('stop'))[0], 0, 'stop again is harmless';
	$site->up;
	is value('select json_agg(o order by created_at) from orders o'), $before, 'nothing was lost';
	is value('select count(*) from invites_pool where used_at is not null'), 1, 'nor the invite that was taken';
};

subtest 'a state directory with a long name and a space' => sub {
	my $odd = Private->new;
	$odd->var($odd->dir->child('our site', 'x' x 80, 'var'));
	$odd->var->dirname->make_path;
	$odd->up;
	is $odd->code('/healthz'), 200, 'it is healthy';
	is +($odd->run('demo'))[0], 0, 'and the demo walks';
	my $sockets = $odd->var->child('run')->realpath;
	like $sockets, qr{^/tmp/gatehouse-\w+$}, 'its sockets are elsewhere';
	is sprintf('%o', $sockets->stat->mode & 0777), 700, 'where nobody else may look';
	is +($odd->run('stop'))[0], 0, 'it stops';
	ok !-e $sockets, 'and leaves nothing there';
};

subtest 'another port' => sub {
	$site->env->{PORT} = Private::free_port();
	my $out = $site->up;
	like $out, qr{http://127\.0\.0\.1:$site->{env}{PORT}/pricing}, 'the links say so';
	delete $site->env->{PORT};
	$site->port($out =~ m{:(\d+)/pricing} ? $1 : 0);
	is $site->code('/healthz'), 200, 'it answers there';
	my ($status, $text) = $site->run('demo');
	is $status, 0, 'payment pages and events follow' or diag $text;
};

done_testing;
