# SPDX-License-Identifier: MIT
# What is killed comes back, and a planned restart loses no request.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Private;
use Test::More;
use Time::HiRes 'time';

my $site = Private->new(env => { RATE_LIMITS => 'off' });
$site->up;

sub others ($without) {
	return { map { $_ => $site->pid($_) } grep { $_ ne $without } qw(healthz pricing users credit-meter nginx postgres) };
}

# Whether the service has been well for long enough that it is restarted at once.
sub well ($service) {
	my $dir = $site->var->child('service', $service);
	return $site->wait_for(10, sub { qx(s6-svstat -o ready '$dir') =~ /true/ });
}

for my $route (qw(healthz pricing)) {
	subtest "kill -9 of $route" => sub {
		ok well($route), 'it was well';
		my ($before, $others) = ($site->pid($route), others($route));
		my $start = time;
		kill KILL => $before;
		is $site->code("/$route"), 200, 'the next request is answered';
		cmp_ok time - $start, '<', 1, 'within a second';
		is_deeply [grep { $_ != 200 } map { $site->code("/$route") } 1 .. 20], [], 'and all after it';
		isnt $site->pid($route), $before, 'by a new process';
		is_deeply others($route), $others, 'the others ran on';
	};
}

subtest 'planned restart under load' => sub {
	my $others = others('pricing');
	my ($before, @pids) = $site->pid('pricing');
	my $count = $site->load('/pricing', 8, sub {
		for (1 .. 3) {
			my ($status, $out) = $site->run('restart', 'pricing');
			is $status, 0, 'restarted' or diag $out;
			push @pids, $site->pid('pricing');
		}
	});
	is keys %{ { map { $_ => 1 } $before, @pids } }, 4, 'three times a new process';
	cmp_ok $count->{200} // 0, '>', 100, 'there was a load';
	is_deeply [keys %$count], [200], 'every request was answered 200' or diag explain $count;
	is_deeply others('pricing'), $others, 'one route restarts alone';
};

subtest 'kill -9 of the holder of the sockets' => sub {
	my %before = (fdholder => $site->pid('fdholder'), users => $site->pid('users'));
	kill KILL => $before{fdholder};
	ok $site->wait_for(20, sub { $site->pid('users') != $before{users} && $site->pid('users') > 0 }),
		'the sockets are bound again and the routes restarted';
	ok $site->wait_for(20, sub { $site->code('/healthz') == 200 }), 'healthy';
	isnt $site->pid('fdholder'), $before{fdholder}, 'a new holder';
	ok well('pricing'), 'a route is well';
	my $count = $site->load('/pricing', 4, sub { $site->run('restart', 'pricing') });
	is_deeply [keys %$count], [200], 'and hands over the new socket as before' or diag explain $count;
};

for my $service (qw(postgres nginx)) {
	subtest "kill -9 of $service" => sub {
		well($service);
		my $before = $site->pid($service);
		kill KILL => $before;
		ok $site->wait_for(30, sub { $site->pid($service) > 0 && $site->pid($service) != $before }), 'a new one';
		ok well($service), 'that is well';
		ok $site->wait_for(30, sub { $site->code('/healthz') == 200 }), 'healthy again';
		is_deeply [grep { $_ != 200 } map { $site->code('/pricing') } 1 .. 20], [], 'and stays so';
	};
}

for my $service (qw(postgres nginx pricing fdholder)) {
	subtest "kill -9 of the supervisor of $service" => sub {
		my $before = $site->supervisor($service);
		my $orphan = $site->pid($service);
		kill KILL => $before;
		ok $site->wait_for(30, sub { $site->pid($service) > 0 && $site->pid($service) != $orphan
			&& $site->supervisor($service) != $before }), 'a new supervisor runs a new process';
		ok $site->wait_for(30, sub { !-e "/proc/$orphan/exe" || !readlink "/proc/$orphan/exe" }), 'the old one has ended';
		ok $site->wait_for(30, sub { $site->code('/healthz') == 200 && $site->code('/pricing') == 200 }), 'healthy';
	};
}

subtest 'kill -9 of the root of the supervision' => sub {
	my $root = $site->supervisor('nginx');
	my ($scan) = Mojo::File::path("/proc/$root/status")->slurp =~ /^PPid:\s*(\d+)/m;
	kill KILL => $scan;
	is $site->code('/pricing'), 200, 'the site serves on';
	$site->up;
	is +($site->run('status'))[0], 0, './run has made it whole again';
	is $site->code('/pricing'), 200, 'and it serves';
};

my $own = $site->var;
is +($site->run('stop'))[0], 0, 'stop';
is_deeply [grep { (readlink("$_/cwd") // '') =~ /^\Q$own/ } glob '/proc/[0-9]*'], [], 'no process is left';
is_deeply [grep { /\Q$own/ } map { eval { Mojo::File::path("$_/cmdline")->slurp } // '' } glob '/proc/[0-9]*'], [],
	'nor one that was started from there';

done_testing;
