# SPDX-License-Identifier: MIT
# The meter under concurrency and kill -9, and by the official client of the
# front ends that exist.
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Process 'capture';
use Gatehouse::Tables 'source_dir';
use List::Util qw(min uniq);

my $path = '/functions/v1/credit-meter';
my $site = Gatehouse->site(handlers => [qw(credit-meter users stripe-webhook)], tcp => 1);
my %key  = $site->bearer($site->key);

sub balance ($user) { $site->value('select balance from credits where user_id = ?', $user) }
sub meter_all (@bodies) { $site->together(map { [$site->json_request($path, $_, %key)] } @bodies) }

subtest '64 at once with one key' => sub {
	my $user = $site->user('one-key', 100);
	my @answers = map { $_->json } meter_all(({ user_id => $user, agent => 'image', quantity => 2, idempotency_key => 'same' }) x 64);
	is scalar(grep { $_->{success} } @answers), 64, 'all succeed';
	is scalar(grep { !$_->{replayed} } @answers), 1, 'one is the charge';
	is scalar(uniq map { $_->{transaction_id} } @answers), 1, 'all tell of the same transaction';
	is balance($user), 95, '10 credits are gone, once';
};

subtest '64 at once for 25 charges' => sub {
	my $user = $site->user('poor', 20);
	my @answers = meter_all(map { { user_id => $user, agent => 'chat', idempotency_key => "k$_" } } 1 .. 64);
	is scalar(grep { $_->code == 200 } @answers), 25, 'as many as there were credits';
	is scalar(grep { $_->code == 402 } @answers), 39, 'the others are told';
	is balance($user), 0, 'down to zero';
	is min(map { $_->json->{balance} // 0 } @answers), 0, 'never below';
	is $site->value('select count(*) from credit_transactions where user_id = ? and balance < 0', $user), 0,
	    'at no time';
};

subtest 'kill -9 while 200 charges are repeated until answered' => sub {
	my $user  = $site->user('killed', 500);
	my %open  = map { $_ => 1 } 1 .. 200;
	my $end   = time + 60;
	my $round = sub {
		my @keys = (sort { $a <=> $b } keys %open)[0 .. min(31, keys(%open) - 1)];
		my @answers = meter_all(map { { user_id => $user, agent => 'chat', idempotency_key => "k$_" } } @keys);
		delete @open{ map { $keys[$_] } grep { $answers[$_] && $answers[$_]->code == 200 } 0 .. $#keys };
	};
	my $kills = $site->while_killing('credit-meter', sub { $round->() while %open && time < $end });
	is keys %open, 0, 'all are answered at last';
	ok scalar(grep { /credit-meter signal 9/ } $site->keeper->deaths),
	    'though the program was killed';
	is balance($user), 305, 'each was charged once';
	is $site->value('select count(*) from credit_transactions where user_id = ? and type = ?', $user, 'usage'), 200,
	    'in one row each';
};

subtest 'many users at once' => sub {
	my @users = map { $site->user("many$_", 20) } 1 .. 8;
	meter_all(map { my $n = $_; map { { user_id => $_, agent => 'chat', idempotency_key => "k$n" } } @users } 1 .. 10);
	is_deeply [map { balance($_) } @users], [(15) x 8], 'everyone pays their own';
	is $site->value('select sum(faults) from core.verify()'), 0, 'verify finds no fault';
};

subtest 'supabase-js, unchanged' => sub {
	my $invoke = sub ($token, $agent) {
		my ($status, $out) = capture(['node', '--no-deprecation', source_dir->child('t/node/journey/meter.mjs'), $site->conf->{PUBLIC_URL}, $token, $agent]);
		is $status, 0, 'the client runs' or diag $out;
		return eval { decode_json($out =~ s/^[^{]*//r) } // { out => $out };
	};
	my $token = $site->jwt(sub => '5f0c3ad6-0d3c-4b58-9b77-0e6f5f0d7a11', role => 'authenticated');
	my $first = $invoke->($token, 'chat');
	is_deeply [@{ $first->{data} // {} }{qw(success charged balance)}], [true, 1, 4],
	    'a first token makes its user and is metered' or diag explain $first;
	is $invoke->($token, 'image')->{error}{error}{code}, 'insufficient_credits',
	    'an error is readable through the client';
	is $invoke->('not-a-token', 'chat')->{status}, 401, 'a bad token is refused';
};

done_testing;
