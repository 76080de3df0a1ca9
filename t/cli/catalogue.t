#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# gatehouse stripe catalogue, against the sandbox and against hostile servers.
use FindBin;
use lib $FindBin::Bin;
use Command;
use Gatehouse;
use Gatehouse::Process qw(spawn finish);
use IO::Socket::INET;
use Mojo::File 'tempdir';

my $site = Gatehouse->site(handlers => ['stripe-webhook'], sandbox => 1);
my %conf = %{ $site->conf };
sub catalogue (%more) { gatehouse({ %conf, %more }, qw(stripe catalogue)) }
sub prices { $site->sql('select unit_amount, currency, interval, credits, discord, active from prices order by unit_amount') }

my ($status, $out, $err) = catalogue();
is $status, 0, 'the catalogue is made' or diag $err;
is scalar(() = $out =~ /^created gatehouse_\w+: price_\w+$/mg), 4, '... of four products at Stripe';
like $out, qr/^taken over: 4 products, 4 prices$/m, '... which are taken over';
my $want = [map { my ($amount, $interval, $credits) = @$_;
	{ unit_amount => $amount, currency => 'usd', interval => $interval, credits => $credits, discord => 1, active => 1 }
} [499, undef, 100], [999, 'month', 250], [1999, undef, 500], [4999, undef, 1500]];
is_deeply [prices()], $want, '... with the contract\'s prices and credits';
is_deeply [map { $_->{name} } $site->sql('select p.name from products p join prices r on r.product_id = p.id order by r.unit_amount')],
	['100 Credits', 'Monthly Subscription', '500 Credits', '1500 Credits'], '... and names';

($status, $out) = catalogue();
is $status, 0, 'again it is harmless';
unlike $out, qr/created/, '... makes nothing';
is_deeply [prices()], $want, '... and changes nothing';

$site->sql('delete from prices');
catalogue();
is_deeply [prices()], $want, 'what the database lost comes back from Stripe';

($status, $out, $err) = catalogue(STRIPE_SECRET_KEY => undef);
is_deeply [$status, $out], [1, ''], 'without a key nothing is done';
like $err, qr/no STRIPE_SECRET_KEY/, '... and it says why';
($status, $out, $err) = catalogue(STRIPE_SECRET_KEY => 'sk_live_0000');
is $status, 1, 'a live key does not go out over http://';
unlike $err, qr/sk_live_0000/, '... nor into a message';

# A certificate that nobody vouches for.
my $dir = tempdir;
my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1) // die $!;
my $port = $listen->sockport;
close $listen;
is finish(spawn([qw(openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1
	-addext subjectAltName=IP:127.0.0.1 -keyout), "$dir/key", '-out', "$dir/cert"], log => "$dir/log")), 0, 'a certificate is made';
my $tls = spawn([qw(openssl s_server -quiet -www -accept), "127.0.0.1:$port", '-key', "$dir/key", '-cert', "$dir/cert"],
	log => "$dir/log");
ok poll(sub { IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port") }), 'a TLS server listens';
($status, $out, $err) = catalogue(STRIPE_API_BASE => "https://127.0.0.1:$port");
is $status, 1, 'a server that nobody vouches for is not spoken to';
like $err, qr/certificate/, '... and it says why';
kill KILL => $tls;
finish($tls);
($status, $out, $err) = catalogue(STRIPE_API_BASE => "https://127.0.0.1:$port");
is $status, 1, 'a server that is not there is an error';
done_testing;
