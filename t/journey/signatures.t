# SPDX-License-Identifier: MIT
# Signatures, with Stripe's own library as the judge: nothing is let in that it
# would refuse, and what a real Stripe sends is let in.
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Stripe qw(event sign sign_by_stripe judge_by_stripe);

my $site   = Gatehouse->site(handlers => ['stripe-webhook']);
my $secret = $site->conf->{STRIPE_WEBHOOK_SIGNING_SECRET};
my $body   = encode_json(event('ping', { id => 'x', note => "ü\x{1F6AA}" }, id => 'evt_judge'));
my $now    = time | 0;

sub deliver ($header) { $site->request($site->signed_event($body, signature => $header)) }

subtest "made by Stripe's library" => sub {
	my ($good)   = sign_by_stripe($secret, $now, $body);
	my ($old)    = sign_by_stripe($secret, $now - 301, $body);
	my ($future) = sign_by_stripe($secret, $now + 310, $body);
	my ($bad)    = sign_by_stripe('whsec_other', $now, $body);
	error_is(deliver($old), 400, 'bad_signature', '301 seconds old: refused');
	error_is(deliver($future), 400, 'bad_signature', '310 seconds ahead: refused');
	error_is(deliver($bad), 400, 'bad_signature', 'of another secret: refused');
	error_is($site->post('/functions/v1/stripe-webhook', {}, $body), 400, 'bad_signature',
	    'missing: refused');
	is $site->value('select count(*) from stripe_events'), 0, 'and nothing is stored';
	is deliver($good)->code, 200, 'fresh: accepted';
	is $site->value('select count(*) from stripe_events'), 1, 'and stored';
};

subtest 'judged by it' => sub {
	my $good = sign($body, $secret, $now);
	my ($t, $v1) = $good =~ /^t=(\d+),v1=(\w+)$/;
	my $other = 'a' x 64;
	my %header = (
		'as it should be' => $good, 'two v1, the second good' => "t=$t,v1=$other,v1=$v1",
		'two v1, the first good' => "t=$t,v1=$v1,v1=$other",
		'only v0' => "t=$t,v0=$v1", 'v0 beside' => "t=$t,v1=$v1,v0=$other",
		'unreadable parts' => "t=$t,v1=$v1,,=,x",
		'upper case' => "t=$t,v1=" . uc $v1, 'space after the comma' => "t=$t, v1=$v1",
		'two times, the last good' => 't=' . ($t - 1) . ",t=$t,v1=$v1",
		'two times, the first good' => "t=$t,t=" . ($t - 1) . ",v1=$v1",
		'signature before time' => "v1=$v1,t=$t", 'no time' => "v1=$v1",
		'time with a fraction' => "t=$t.0,v1=$v1",
		'time in hex' => sprintf('t=0x%x,v1=%s', $t, $v1),
		'signature too short' => substr($good, 0, -2),
		'signature too long' => $good . 'ab',
		'nearly 300 seconds old' => sign($body, $secret, $now - 285),
		'long ago' => sign($body, $secret, 1),
	);
	my @names = sort keys %header;
	my @judged = judge_by_stripe($secret, map { { payload => Mojo::Util::decode('UTF-8', $body), header => $header{$_} } } @names);
	for my $name (@names) {
		my $verdict = shift @judged;
		my $ours = deliver($header{$name})->code == 200;
		ok !$ours || $verdict, "$name: " . ($ours ? 'accepted by both' : $verdict ? 'refused by us alone' : 'refused by both');
	}
	is deliver($header{$_})->code, 200, "$_: accepted, as Stripe sends it" for 'as it should be', 'two v1, the second good', 'v0 beside',
	    'nearly 300 seconds old';
};

done_testing;
