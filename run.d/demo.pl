#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# demo.pl: walks the first purchase on a running site over HTTP and prints each step.
# The site's settings, NAME=value lines of ./run env, come on standard input.
use v5.36;
use utf8;
use Mojo::JSON qw(encode_json);
use Mojo::URL;
use Mojo::UserAgent;
use Mojo::Util qw(steady_time);
use Time::HiRes qw(sleep);

my %site = map { chomp; split /=/, $_, 2 } <STDIN>;
my $url  = $site{URL};
my $ua   = Mojo::UserAgent->new(inactivity_timeout => 30);
my @key  = (Authorization => "Bearer $site{SERVICE_KEY}");
my $step = 0;

$| = 1;
binmode STDOUT, ':encoding(UTF-8)';

# step($what): the headline of the next step.
sub step ($what) { printf "\n%d. %s\n", ++$step, $what }

# said($what, $value): one thing that was learnt in this step.
sub said ($what, $value) { printf "   %-12s %s\n", $what, $value }

# ask($status, $method, $path, %headers | body): sends a request, prints it, and
# returns the answer; ends the demo when the status is another.
sub ask ($status, $method, $address, $headers = {}, @body) {
	my $target = $address =~ /^http/ ? $address : $url . $address;
	my $tx     = $ua->start($ua->build_tx($method => $target => $headers => @body));
	my $path   = Mojo::URL->new($target)->path;
	my $res    = $tx->result;

	said($method, ($path =~ s{^(.{50}).+}{$1…}r) . "  ->  " . $res->code);
	return $res if $res->code == $status;
	say '   ', $res->body;
	die "demo: $method $path should have answered $status\n";
}

# the success page's own data, once the payment has arrived; Stripe's event comes
# by webhook, so it may take a moment
sub order_wait ($session) {
	my $end = steady_time() + 30;
	while (1) {
		my $res   = $ua->get("$url/success?session_id=$session" => { Accept => 'application/json' })->result;
		my $order = $res->json // die "demo: the success page says: " . $res->body . "\n";
		return $order if $order->{state} ne 'waiting';
		die "demo: the payment did not arrive\n" if steady_time() > $end;
		sleep 0.2;
	}
}

sub credits ($user) { ask(200, GET => "/api/credits?user_id=$user", {@key})->json }

step 'The shop shows what is on sale';
my $shop    = ask(200, GET => '/pricing')->dom;
my ($offer) = grep { !/month/ } $shop->find('li.product')->each;
my $price   = ($offer // die "demo: the shop shows no product\n")->at('input[name=price_id]')->{value};
said(product => $offer->at('h2')->all_text);
said(price   => $offer->at('.price')->all_text =~ s/\s+/ /gr);

step 'An application registers a user, who gets trial credits';
my $user = ask(200, POST => '/api/users', {@key},
	json => { external_id => 'demo-' . time . "-$$", email => 'demo@example.com' })->json->{user}{id};
said(user    => $user);
said(balance => credits($user)->{balance});

step 'The user chooses the product and is sent to the payment page';
my $order = ask(200, POST => '/api/checkout', {@key}, json => { price_id => $price, user_id => $user })->json;
said(session => my $session = $order->{session_id});

step 'The user pays in the sandbox, which sends Stripe\'s signed event';
my $form = ask(200, GET => $order->{url})->dom->at('form');
ask(303, POST => $form->{action}, { Origin => $url },
	form => { email => 'demo@example.com', how => 'card' });

step 'The payment arrives: order, credits and ledger in one transaction';
my $paid = order_wait($session);
said(state   => $paid->{state});
said(balance => credits($user)->{balance});

step 'The success page hands out the Discord invite';
ask(303, POST => '/success', { Origin => $url }, form => { session_id => $session });
my $invite = order_wait($session)->{invite} // die "demo: there is no invite (is the pool empty?)\n";
said(invite => $invite->{invite_url});

step 'Asked again, by an application this time, it is the same invite';
my $again = ask(200, POST => '/functions/v1/get-discord-invite', {}, json => { session_id => $session })
	->json->{data}{invite_url};
said(invite => $again);
die "demo: another invite was handed out\n" if $again ne $invite->{invite_url};

step 'The application meters an agent against the balance';
my $call   = { user_id => $user, agent => 'chat', quantity => 3, idempotency_key => "demo-$session" };
my $charge = ask(200, POST => '/functions/v1/credit-meter', {@key}, json => $call)->json;
said(charged => $charge->{charged});
said(balance => $charge->{balance});

step 'The same call again is a repetition, and charges nothing';
$charge = ask(200, POST => '/functions/v1/credit-meter', {@key}, json => $call)->json;
said(replayed => $charge->{replayed} ? 'yes' : die "demo: it was charged twice\n");
said(balance  => $charge->{balance});

step 'More than there is is refused, with what is missing';
my $refusal = ask(402, POST => '/functions/v1/credit-meter', {@key},
	json => { %$call, quantity => 1_000_000, idempotency_key => "demo-more-$session" })->json->{error};
said(error => encode_json($refusal));

say "\nThe walk is done. Look around: $url/pricing, $url/sandbox/";
