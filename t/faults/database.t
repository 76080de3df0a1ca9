# SPDX-License-Identifier: MIT
# PostgreSQL dies in every way, and is migrated, under clients who repeat what was
# not answered under the same key: every key is charged once, and the site heals.
use v5.36;
use DBI;
use FindBin;
use lib "$FindBin::Bin/../site/lib";
use Mojo::JSON 'encode_json';
use POSIX ();
use Private;
use Test::More;
use Time::HiRes 'time';

my $clients = 6;
my $credits = 100_000_000;

my $site = Private->new(env => { RATE_LIMITS => 'off' });
$site->up;
my $key = $site->var->child('service-key')->slurp =~ s/\s//gr;

# A handle of the database's owner, made anew when the old one is gone.
sub dbh {
	state $dbh;
	$dbh = undef unless $dbh && $dbh->ping;
	return $dbh //= $site->wait_for(60, sub { eval { DBI->connect('dbi:Pg:dbname=gatehouse;host=' . $site->var->child('run'),
		'gatehouse', '', { RaiseError => 1, PrintError => 0, PrintWarn => 0, AutoInactiveDestroy => 1 }) } }) // die DBI->errstr;
}

sub value ($sql, @args) { scalar dbh()->selectrow_array($sql, undef, @args) }

sub send_json ($path, $data) {
	state %ua;
	return eval { ($ua{$$} //= Mojo::UserAgent->new(inactivity_timeout => 60))->post($site->url($path),
		{ Authorization => "Bearer $key", 'Content-Type' => 'application/json' }, encode_json($data))->result };
}

my $user = send_json('/api/users', { external_id => 'faults' })->json->{user}{id};
dbh()->do(q{select core.credits_grant(?, 'purchase', ?, 'faults', core.now())}, undef, $user, $credits);

# What an answer was: its status, and for a 503 whether it is as promised.
sub verdict ($res) {
	return 'none' unless $res;
	return $res->code unless $res->code == 503;
	my $code = ($res->json // {})->{error}{code} // '';
	return $code eq 'unavailable' && ($res->headers->header('Retry-After') // '') =~ /^\d+$/ ? '503 typed' : '503 odd';
}

# Charges under one key after the other, each until it is answered by 200; prints
# how often each answer came, and how many keys there were.
sub client ($name, $out) {
	my ($on, $n, %count) = (1, 0);
	local $SIG{TERM} = sub { $on = 0 };
	while ($on) {
		my $again = { user_id => $user, agent => 'chat', idempotency_key => "$name-" . ++$n };
		my ($end, $said) = (time + 60, '');
		until ($said eq '200' || time > $end) {
			$said = verdict(send_json('/functions/v1/credit-meter', $again));
			$count{$said}++;
		}
	}
	syswrite $out, join '', "keys $n\n", map { "$_ : $count{$_}\n" } keys %count;
	POSIX::_exit(0);
}

# Runs the clients while the function runs; the counts, and keys.
sub under_load ($name, $meanwhile) {
	my @running = map {
		pipe my $out, my $in or die "pipe: $!";
		my $pid = fork // die "fork: $!";
		client("$name-$_", $in) if !$pid;
		{ pid => $pid, out => $out };
	} 1 .. $clients;
	my $failed = !eval { $meanwhile->(); 1 } && $@;
	kill TERM => map { $_->{pid} } @running;
	my ($keys, %count) = (0);
	for my $client (@running) {
		my $said = do { local $/; readline $client->{out} };
		$keys += $1 if $said =~ /^keys (\d+)/;
		$count{$1} += $2 while $said =~ /^(.+) : (\d+)$/mg;
		waitpid $client->{pid}, 0;
	}
	die $failed if $failed;
	return ($keys, \%count);
}

# What must be true after every kind of fault.
sub healed ($name, $keys, $count, @allowed) {
	my %allowed = map { $_ => 1 } @allowed;
	is_deeply [grep { !$allowed{$_} } keys %$count], [], 'no other answer' or diag explain $count;
	is $count->{200}, $keys, 'every key was answered in the end';
	is_deeply [value(q{select count(*) from credit_transactions where idempotency_key like ?}, "$name-%"),
		value(q{select count(distinct idempotency_key) from credit_transactions where idempotency_key like ?}, "$name-%")],
		[$keys, $keys], 'and charged once';
	is $site->code('/healthz'), 200, 'healthy';
	my ($status, $said) = $site->run('cli', 'verify');
	is $status, 0, 'the books agree' or diag $said;
}

# The server processes of the meter's connections, and the server's own.
sub backends { @{ dbh()->selectcol_arrayref(q{select pid from pg_stat_activity where usename = 'gh_credit_meter'}) } }

# Waits until the meter charges again.
sub serving { $site->wait_for(60, sub { verdict(send_json('/functions/v1/credit-meter', { user_id => $user, agent => 'chat' })) eq '200' }) }

subtest 'connections are ended one by one' => sub {
	my $ended = 0;
	my ($keys, $count) = under_load(ended => sub {
		for (1 .. 50) {
			my $charged = value('select count(*) from credit_transactions');
			my @backends = backends();
			$ended += kill TERM => $backends[rand @backends] if @backends;
			$site->wait_for(10, sub { value('select count(*) from credit_transactions') > $charged + 5 });
		}
	});
	cmp_ok $ended, '>', 20, "$ended were ended under $keys charges";
	healed('ended', $keys, $count, 200, '503 typed');
};

subtest 'kill -9 of a connection, which takes all others with it' => sub {
	my ($keys, $count) = under_load(crash => sub {
		for (1 .. 2) {
			my ($dbh, $victim) = (dbh(), $site->wait_for(10, sub { (backends())[0] }));
			kill KILL => $victim;
			ok $site->wait_for(10, sub { !$dbh->ping }), 'all others are gone';
			ok serving(), 'and it charges again';
		}
	});
	healed('crash', $keys, $count, 200, '503 typed');
};

for my $signal (qw(INT QUIT KILL)) {
	subtest "SIG$signal to PostgreSQL" => sub {
		my ($keys, $count) = under_load($signal => sub {
			my $before = $site->pid('postgres');
			kill $signal => $before;
			ok $site->wait_for(60, sub { $site->pid('postgres') > 0 && $site->pid('postgres') != $before }), 'it is started again';
			ok serving(), 'and the meter charges';
		});
		cmp_ok $count->{'503 typed'} // 0, '>', 0, 'there was a time without it';
		healed($signal, $keys, $count, 200, '503 typed');
	};
}

subtest 'gatehouse migrate' => sub {
	my $before = value(q{select oid from pg_namespace where nspname = 'api'});
	my ($keys, $count) = under_load(migrate => sub {
		for (1 .. 5) {
			my ($status, $said) = $site->run('cli', 'migrate');
			is $status, 0, 'it ends well' or diag $said;
		}
	});
	isnt value(q{select oid from pg_namespace where nspname = 'api'}), $before, 'the functions are new';
	healed('migrate', $keys, $count, 200);
};

done_testing;
