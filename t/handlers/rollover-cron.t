# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use Gatehouse::Stripe qw(invoice price);

my $site = Gatehouse->site(handlers => [qw(rollover-cron stripe-webhook users)]);
my $path = '/functions/v1/rollover-cron';
my %cron = $site->bearer($site->conf->{CRON_SECRET});

keeps_contract($site, 'rollover-cron', POST => $path, {%cron});

subtest 'only cron may call' => sub {
	my $before = $site->state;
	for my $secret ('', 'wrong', $site->conf->{CRON_SECRET} . 'x', substr($site->conf->{CRON_SECRET}, 0, -1), $site->key) {
		error_is($site->post($path, { $site->bearer($secret) }), 401, 'unauthorized', 'not with ' . (length $secret ? 'a wrong secret' : 'none'));
	}
	is $site->post("$path?secret=" . $site->conf->{CRON_SECRET})->code, 401,
	    'the secret counts in the header only';
	is $site->state, $before, 'nothing changed';
};

subtest 'a month' => sub {
	$site->stripe_event('price.created', price('price_m', unit_amount => 999, type => 'recurring',
		recurring => { interval => 'month' }, metadata => { credits => '250' }));
	$site->stripe_event('invoice.paid', invoice('in_1', price => 'price_m', subscription => 'sub_1', customer => 'cus_1',
		billing_reason => 'subscription_create'));
	my $balance = sub { $site->value('select sum(balance) from credits') };
	my $before  = $balance->();
	is $site->post($path, {%cron})->json->{replayed}, true, 'the month has been run already';
	$site->clock_move('40 days');
	my $run = $site->post($path, {%cron})->json;
	is $run->{replayed}, false, 'the next month runs';
	like $run->{month}, qr/^\d{4}-\d\d$/, 'named';
	is $run->{accounts}, 1, 'for the one account with subscription credits';
	is $run->{rolled_over} + $run->{expired}, 250, 'every unspent credit rolls over or expires';
	is $balance->(), $before - $run->{expired}, 'what expired is booked';
	my $again = $site->post($path, {%cron})->json;
	is_deeply [@$again{qw(month accounts rolled_over expired replayed)}], [@$run{qw(month accounts rolled_over expired)}, true],
	    'again: the same numbers, replayed';
	is $balance->(), $before - $run->{expired}, 'and nothing more is booked';
	is $site->value('select balance from credits order by balance desc limit 1'),
	    $site->value('select sum(amount) from credit_transactions where user_id = (select user_id from credits order by balance desc limit 1)'),
	    'ledger and balance agree';
};

subtest 'two crons at once' => sub {
	$site->clock_move('31 days');
	my @res = $site->together(([POST => $path, {%cron}]) x 2);
	is_deeply [sort map { $_->json->{replayed} ? 1 : 0 } @res], [0, 1], 'one runs, one is told';
};

subtest 'a long night' => sub {
	my $slow = Gatehouse->site(handlers => ['rollover-cron'], conf => { ROLLOVER_SECONDS => 0 });
	my %secret = $slow->bearer($slow->conf->{CRON_SECRET});
	$slow->sql($_) for
		q{insert into users (external_id) select 'u' || i from generate_series(1, 5001) i},
		q{insert into credits (user_id, balance) select id, 7 from users},
		q{insert into credit_lots (user_id, source, amount, remaining, granted_at, effect)
			select id, 'subscription', 7, 7, core.now() - interval '40 days', 'g' || id from users};
	my $first = $slow->post($path, {%secret});
	is $first->code, 202, 'what is not done in time is answered 202';
	is_deeply [@{ $first->json }{qw(accounts done replayed)}], [5000, false, false], '... with how far it came';
	my $next = $slow->post($path, {%secret});
	is $next->code, 200, 'the next call ends it';
	is_deeply [@{ $next->json }{qw(accounts rolled_over done)}], [5001, 35007, true], '... and counts the whole';
};

subtest 'a door that is shut' => sub {
	my $shut = Gatehouse->site(handlers => ['rollover-cron'], conf => { CRON_SECRET => undef });
	error_is($shut->post($path, { $shut->bearer('') }), 503, 'not_configured',
	    'without a secret nobody is let in');
	error_is($shut->post($path, {%cron}), 503, 'not_configured', 'whatever they bring');
};

done_testing;
