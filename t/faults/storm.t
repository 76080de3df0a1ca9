# SPDX-License-Identifier: MIT
# Everything at once on a running site: applications meter, hold, capture and void,
# Stripe delivers shuffled and repeated events, cron runs, the clock jumps, while
# programs, connections and PostgreSQL itself are killed.  Everybody repeats what was
# not answered under the same key.  In the end the ledger is what everybody was told,
# no more and no less, and verify is clean.
#
# GATEHOUSE_SEED repeats the choices; GATEHOUSE_MINUTES is how long (a sixth).
use v5.36;
use DBI;
use FindBin;
use lib "$FindBin::Bin/../site/lib", "$FindBin::Bin/../lib";
use Gatehouse::Stripe qw(event session invoice price sign);
use List::Util qw(shuffle sum uniq);
use Mojo::File 'path';
use Mojo::JSON qw(decode_json encode_json);
use POSIX ();
use Private;
use Test::More;
use Time::HiRes 'time';

my $seed = $ENV{GATEHOUSE_SEED} // int time;
my $seconds = 60 * ($ENV{GATEHOUSE_MINUTES} // 1 / 6);
diag "GATEHOUSE_SEED=$seed";

my $site = Private->new(env => { RATE_LIMITS => 'off' });
$site->up;
my ($status, $env) = $site->run('env');
my %conf = $env =~ /^(\w+)=(.*)$/mg;
my $key  = $site->var->child('service-key')->slurp =~ s/\s//gr;
my $clock = path($site->dir, 'clock')->spurt(0);

# A handle of the database's owner, made anew when the old one is gone.
sub dbh {
	state $dbh;
	$dbh = undef unless $dbh && $dbh->ping;
	return $dbh //= $site->wait_for(60, sub { eval { DBI->connect('dbi:Pg:dbname=gatehouse;host=' . $site->var->child('run'),
		'gatehouse', '', { RaiseError => 1, PrintError => 0, PrintWarn => 0, AutoInactiveDestroy => 1 }) } }) // die DBI->errstr;
}
sub rows ($sql, @args) { @{ dbh()->selectall_arrayref($sql, { Slice => {} }, @args) } }
sub value ($sql, @args) { scalar dbh()->selectrow_array($sql, undef, @args) }

# ---- clients: each tells, as lines of JSON, what it was answered -------------------------

# Posts until there is an answer that says what became of it.
sub post ($path, $headers, $body) {
	state %ua;
	my $end = time + 120;
	while (time < $end) {
		my $ua = $ua{$$} //= Mojo::UserAgent->new(inactivity_timeout => 20);
		my $res = eval { $ua->post($site->url($path), $headers->(), $body)->result };
		next if !$res || $res->code >= 500;
		my $json = $res->json // {};
		next if ($json->{error}{code} // '') eq 'bad_signature'; # the clock jumped on the way
		return { status => $res->code, %$json };
	}
	return { status => 0 };
}
sub ask ($path, $data) { post($path, sub { { Authorization => "Bearer $key", 'Content-Type' => 'application/json' } }, encode_json($data)) }

# An application: charges and holds, some of them twice.
sub application ($name, $tell, @users) {
	my ($n, @held) = (0);
	return sub {
		my %who = (user_id => $users[rand @users], idempotency_key => $name . '-' . ++$n);
		my $kind = rand;
		if ($kind < 0.5) {
			my $asked = { %who, agent => (qw(chat image))[rand 2], quantity => 1 + int rand 3 };
			$tell->(meter => $asked, ask('/functions/v1/credit-meter', $asked)) for 1 .. 1 + (rand() < 0.2);
		} elsif ($kind < 0.75 || !@held) {
			my $asked = { %who, amount => 1 + int rand 9, expires_in => (60, 3600)[rand 2] };
			my $got = ask('/api/credits/holds', $asked);
			$tell->(hold => $asked, $got);
			push @held, $got if $got->{status} == 200;
		} else {
			my $hold = splice @held, rand @held, 1;
			my $asked = { hold_id => $hold->{hold_id}, rand() < 0.6 ? (amount => 1 + int rand $hold->{held}, idempotency_key => $who{idempotency_key}) : () };
			my $kind = $asked->{amount} ? 'capture' : 'void';
			$tell->($kind => $asked, ask("/api/credits/holds/$kind", $asked));
		}
		return 1;
	};
}

# Stripe: delivers each event at least once, in any order.
sub stripe ($tell, @events) {
	my @queue = shuffle @events, grep { rand() < 0.3 } @events;
	return sub {
		my $event = shift @queue // return 0;
		my $body = encode_json($event);
		$tell->(event => { id => $event->{id} }, post('/functions/v1/stripe-webhook', sub { { 'Content-Type' => 'application/json',
			'Stripe-Signature' => sign($body, (split /,/, $conf{STRIPE_WEBHOOK_SIGNING_SECRET})[0], int time + $clock->slurp) } }, $body));
		return 1;
	};
}

sub cron ($tell) {
	return sub {
		$tell->(month => {}, post('/functions/v1/rollover-cron', sub { { Authorization => "Bearer $conf{CRON_SECRET}" } }, ''));
		$site->wait_for(0.2, sub { 0 });
		return 1;
	};
}

# Runs a client in a process of its own until it is told to stop and, if it knows
# an end, has come to it; what it told is in the file.
sub client ($n, $make) {
	my $file = path($site->dir, "client$n")->spurt('');
	my $pid = fork // die "fork: $!";
	return { pid => $pid, file => $file } if $pid;
	srand $seed + $n;
	my ($on, $out) = (1, $file->open('>>'));
	local $SIG{TERM} = sub { $on = 0 };
	my $step = $make->(sub ($kind, $asked, $got) { syswrite $out, encode_json([$kind, $asked, $got]) . "\n" });
	my $more = 1;
	$more = $step->() while $on && $more;
	POSIX::_exit(0);
}

# ---- the world before -----------------------------------------------------------------------

my @users = map { ask('/api/users', { external_id => "storm$_" })->{user}{id} } 1 .. 8;
dbh()->do(q{select core.credits_grant(u::uuid, 'purchase', 3000, 'storm:' || u, core.now()) from unnest(?::text[]) u}, undef, \@users);
dbh()->do('select core.price_apply(?::jsonb, 1)', undef, encode_json(price('price_storm', unit_amount => 1000, metadata => { credits => '100', discord => 'no' })));

# Purchases and months; of each third some goes back, of some of these it returns.
sub trade ($n) {
	my ($user, $at) = ($users[$n % @users], int time - 86400 * 90 + 60 * $n);
	my @tie = (payment_intent => "pi_storm$n", charge => "ch_storm$n");
	my $bill = invoice("in_storm$n", price => 'price_storm', subscription => "sub_$user", customer => "cus_$user", amount_paid => 1000, payment_intent => "pi_storm$n");
	$bill->{parent}{subscription_details}{metadata} = { user_id => $user };
	my @events = $n % 2 ? event('invoice.paid', $bill, created => $at)
		: event('checkout.session.completed', session("cs_storm$n", amount_total => 1000, payment_intent => "pi_storm$n",
			metadata => { user_id => $user, price_id => 'price_storm' }), created => $at);
	return @events if $n % 3;
	push @events, event('charge.refunded', { id => "ch_storm$n", object => 'charge', amount => 1000, payment_intent => "pi_storm$n",
		amount_refunded => 100 * (1 + $n % 10) }, created => $at + 10), event('refund.created', { id => "re_storm$n", object => 'refund',
		amount => 100 * (1 + $n % 10), status => 'succeeded', created => $at + 10, @tie }, created => $at + 10);
	push @events, event('refund.failed', { id => "re_storm$n", object => 'refund', amount => 100 * (1 + $n % 10), status => 'failed',
		created => $at + 10, @tie }, created => $at + 20) if $n % 4 == 0;
	push @events, map { event("charge.dispute.$_->[0]", { id => "du_storm$n", object => 'dispute', amount => 500, status => $_->[1],
		created => $at + 30, @tie }, created => $at + 30 + $_->[2]) } ['created', 'needs_response', 0], ['closed', $n % 5 ? 'won' : 'lost', 60];
	return @events;
}
my $trades = 20 + int $seconds * 6;
my @events = map { trade($_) } 1 .. $trades;

# ---- the storm --------------------------------------------------------------------------------

my @programs = qw(credit-meter credit-holds hold-capture hold-void stripe-webhook rollover-cron users);
my %done;

sub kill_program { my $pid = $site->pid($programs[rand @programs]); $done{'programs killed'} += kill KILL => $pid if $pid > 0 }
sub kill_connections {
	$done{'connections ended'} += value(q{select count(pg_terminate_backend(pid)) from pg_stat_activity where usename like 'gh\_%' and random() < 0.3});
}
sub kill_backend {
	my $pid = value(q{select pid from pg_stat_activity where usename like 'gh\_%' order by random() limit 1}) // return;
	$done{'crashes of PostgreSQL'} += kill KILL => $pid;
}
sub restart_postgres {
	my $before = $site->pid('postgres');
	return unless $before > 0;
	kill QUIT => $before; # its immediate shutdown
	$done{'restarts of PostgreSQL'} += !!$site->wait_for(60, sub { $site->pid('postgres') > 0 && $site->pid('postgres') != $before });
}
sub jump {
	my $by = (600, 3600, 7200, 86400, 20 * 86400)[rand 5];
	dbh()->do('select core.clock_move(?::interval)', undef, "$by seconds");
	path("$clock.new")->spurt($clock->slurp + $by)->move_to($clock); # at once, for its readers
	$done{'jumps of the clock'}++;
}

# What happens, in turn: mostly programs die.
sub strike ($n) {
	my $what = $n % 30 == 10 ? \&restart_postgres : $n % 15 == 6 ? \&kill_backend : $n % 5 == 2 ? \&kill_connections
		: $n % 6 == 4 ? \&jump : \&kill_program;
	eval { $what->(); 1 } or note "not now: $@";
}

srand $seed;
my $c = 0;
my @applications = map { my $i = $_; client(++$c, sub ($tell) { application("app$i", $tell, @users[$i % 8, ($i + 1) % 8, 0]) }) } 1 .. 8;
my @others = (client(++$c, sub ($tell) { cron($tell) }), map { my @half = @events; client(++$c, sub ($tell) { stripe($tell, @half) }) } 1, 2);
my ($n, $end) = (0, time + $seconds);
# Between two strikes something gets done.
sub answers { sum(map { -s $_->{file} } @applications) / 200 }
while (time < $end || $n < 12) {
	my $before = answers();
	$site->wait_for(2, sub { answers() > $before + 8 });
	strike(++$n);
}
kill TERM => map { $_->{pid} } @applications, $others[0];
waitpid $_->{pid}, 0 for @applications, @others;
my %said;
push @{ $said{ $_->[0] } }, $_ for map { map { decode_json($_) } split /\n/, $_->{file}->slurp } @applications, @others;
note join ', ', map { "$done{$_} $_" } sort keys %done;
note join ', ', map { @{ $said{$_} } . " $_" } sort keys %said;

# ---- what everybody was told is what is in the books ----------------------------------------

my @odd = grep { $_->[2]{status} !~ /^(?:200|402|409|410)$/ } map { @$_ } values %said;
is_deeply \@odd, [], 'everything was answered, by yes or by a reason';
cmp_ok $done{$_} // 0, '>', 0, "$_: " . ($done{$_} // 0) for 'programs killed', 'connections ended', 'crashes of PostgreSQL', 'restarts of PostgreSQL', 'jumps of the clock';

sub yes ($kind) { grep { $_->[2]{status} == 200 } @{ $said{$kind} // [] } }
# Answers by key as they should be in the table.
my %told = map { $_->[1]{idempotency_key} => join ' ', $_->[1]{user_id}, -$_->[2]{charged}, @{ $_->[2] }{qw(balance transaction_id)} } yes('meter');
my %told_hold = map { $_->[1]{idempotency_key} => join ' ', $_->[1]{user_id}, -$_->[2]{held}, $_->[2]{balance} } yes('hold');
my %told_capture = map { $_->[1]{idempotency_key} => -$_->[2]{charged} } yes('capture');
my %ledger = map { $_->{key} => $_ } rows(q{select idempotency_key as key, type, agent, amount, concat_ws(' ', user_id, amount, balance) as told,
	id, request_hash from credit_transactions where idempotency_key like 'app%'});
my %charge = map { $_ => "$ledger{$_}{told} $ledger{$_}{id}" } grep { $ledger{$_}{type} eq 'usage' && $ledger{$_}{agent} } keys %ledger;

is_deeply { %charge }, { %told }, scalar(keys %told) . ' charges were told, the same are in the ledger';
is_deeply { map { $_ => $ledger{$_}{told} } grep { $ledger{$_}{type} eq 'hold' } keys %ledger }, { %told_hold },
    scalar(keys %told_hold) . ' holds were told, the same are in the ledger';
is_deeply { map { $_ => $ledger{$_}{amount} } grep { $ledger{$_}{type} eq 'usage' && !$ledger{$_}{agent} } keys %ledger }, { %told_capture },
    scalar(keys %told_capture) . ' captures were told, the same are in the ledger';
my %state = map { $_->{id} => "$_->{state} $_->{captured}" } rows('select id, state, captured from credit_holds');
is_deeply [map { $state{ $_->[1]{hold_id} } } yes('capture')], [map { "captured $_->[2]{charged}" } yes('capture')], 'a hold that was captured is';
is_deeply [uniq map { $state{ $_->[1]{hold_id} } } yes('void')], ['voided 0'], 'a hold that was void is';
is scalar(grep { $_ =~ /^captured|^voided/ } values %state), yes('capture') + yes('void'), 'no other was settled, but by its time';

is value(q{select count(*) from stripe_events where id like 'evt\_Made%'}), scalar(@events), 'every event of Stripe is there';
is_deeply [rows(q{select count(*) as payments, count(distinct effect) as effects, count(*) filter (where status = 'granted') as granted from payments})],
    [{ payments => $trades, effects => $trades, granted => $trades }], "$trades payments were granted, once each";
is value(q{select count(*) from payments p where reversed <> (select case when n % 3 > 0 then 0
	else least(1000, case when n % 4 = 0 then 0 else 100 * (1 + n % 10) end + case when n % 5 = 0 then 500 else 0 end) end
	from (select substring(p.effect from '\d+$')::int as n) x)}), 0, 'and what went back of each is what Stripe said';
my @months = yes('month');
is value('select count(*) from rollover_runs where done_at is null'), 0, @months . ' calls rolled months over, none is left half done';
dbh()->do('select core.expiry_sweep(1000)');
($status, my $said) = $site->run('cli', 'verify');
is $status, 0, 'verify is clean' or diag $said;

done_testing;
