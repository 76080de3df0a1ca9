# SPDX-License-Identifier: MIT
# Signing in by wallet, with messages that siwe, ethers and viem made and signed.
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use Gatehouse::Process 'capture';
use Gatehouse::Tables 'source_dir';
use Gatehouse::Stripe qw(price session);
use Math::BigInt;
use Mojo::Date;

my $site = Gatehouse->site(handlers => [qw(session-wallet wallet-nonce session stripe-webhook)]);
my $path = '/api/session/wallet';
my %here = (Origin => $site->conf->{PUBLIC_URL});
# The first two keys of anvil and hardhat: public, worth nothing.
my @keys = ('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
	'0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d');

sub at ($seconds) { Mojo::Date->new(time + $seconds)->to_datetime =~ s/Z?$/Z/r }
sub nonce { $site->post('/api/session/wallet/nonce')->json->{nonce} }

# A job for wallet.mjs: a good message but for %other fields.
sub job ($by, $key, %other) {
	my %fields = (domain => 'gatehouse.test', uri => 'http://gatehouse.test/login', chainId => 1,
		nonce => nonce(), issuedAt => at(0), statement => 'Sign in.', %other);
	delete $fields{$_} for grep { !defined $fields{$_} } keys %fields;
	return { by => $by, key => $keys[$key], fields => \%fields, check => { domain => 'gatehouse.test' } };
}

# What the libraries made of the jobs.
sub signed (@jobs) {
	my ($status, $out) = capture(['node', source_dir->child('t/node/wallet.mjs')], input => encode_json(\@jobs));
	die "wallet.mjs: $out" if $status;
	return @{ decode_json($out =~ s/\A[^\[]*(?=\[\{)//sr) };
}

sub request ($signed, %headers) {
	return $site->json_request($path, { message => $signed->{message}, signature => $signed->{signature} }, %headers);
}
sub enter ($signed, %headers) { $site->request(request($signed, %headers)) }
sub cookie ($res) { (Cookie => ($res->headers->set_cookie // '') =~ /^([^;]+)/) }
sub sessions { $site->value('select count(*) from sessions') }
sub refused ($signed, $status, $code, $name, %details) { error_is(enter($signed), $status, $code, $name, %details) }

subtest 'the routes keep the contract' => sub {
	my ($good) = signed(job('ethers', 0));
	my $res = enter($good);
	safe_headers($res, 'right use');
	for my $method (qw(GET PUT PATCH DELETE)) { error_is($site->request($method, $path), 405, 'method_not_allowed', $method) }
	error_is($site->post($path, { 'Content-Type' => 'text/plain' }, 'x'), 415, 'unsupported_type', 'no text');
};

subtest 'a purchase is taken into the account' => sub {
	$site->stripe_event('product.created', { id => 'prod_x', object => 'product', name => 'Bag', active => true, metadata => {}, created => time });
	$site->stripe_event('price.created', price('price_keep', product => 'prod_x'));
	$site->stripe_event('checkout.session.completed', session('cs_keep', metadata => { price_id => 'price_keep' }, customer => 'cus_keep'));
	my ($mine, $wrong, $late) = signed(job('ethers', 0), job('viem', 1), job('viem', 1));
	my $ask = sub ($signed, $id) { $site->json($path, { message => $signed->{message}, signature => $signed->{signature}, session_id => $id }) };
	error_is($ask->($wrong, 'cs_unknown'), 404, 'unknown_order', 'an unknown one');
	my $res = $ask->($mine, 'cs_keep');
	is $res->json->{landing}, '/success?session_id=cs_keep', 'it leads back to the page of the purchase';
	is $site->value(q{select user_id from orders where session_id = 'cs_keep'}), $res->json->{user}{id}, 'which is theirs';
	is $site->value('select balance from credits where user_id = ?', $res->json->{user}{id}), 105, 'with the credits';
	my $other = $ask->($late, 'cs_keep');
	is $other->code, 200, 'who comes later is signed in';
	is $site->value('select balance from credits where user_id = ?', $other->json->{user}{id}), 5, 'without them';
};

subtest 'good messages' => sub {
	my @jobs = (job('ethers', 0), job('viem', 1), job('ethers', 0, statement => undef, resources => ['https://gatehouse.test/tos', 'ipfs://x']),
		job('viem', 0, expirationTime => at(60), notBefore => at(-60), requestId => 'r1'), job('viem', 1, scheme => 'http'));
	my @made = signed(@jobs);
	my %person;
	for my $i (0 .. $#jobs) {
		my $res = enter($made[$i]);
		my $user = ($res->json // {})->{user};
		is_deeply [$res->code, $user->{identities}[0]{subject}], [200, $made[$i]{address}], "$jobs[$i]{by}: in, by their address"
		    or diag $res->body;
		ok $made[$i]{judged}, '... as siwe says';
		is $site->get('/api/session', cookie($res))->json->{user}{id}, $user->{id}, '... with a session';
		push @{ $person{ $made[$i]{address} } }, $user->{id};
	}
	is_deeply [map { my %u = map { $_ => 1 } @$_; scalar keys %u } values %person], [1, 1], 'one person for each wallet';
	my ($zero) = signed(job('ethers', 0));
	$zero->{signature} =~ s/(1b|1c)$/$1 eq '1b' ? '00' : '01'/e;
	is enter($zero)->code, 200, 'v may begin at 0';
};

subtest 'a nonce is good once' => sub {
	my ($one, $many, $old) = signed(job('ethers', 0), job('viem', 0), job('ethers', 0));
	is enter($one)->code, 200, 'the first time';
	refused($one, 410, 'nonce_used', 'the second time');
	my $before = sessions();
	my @res = $site->together(map { [request($many)] } 1 .. 32);
	is scalar(grep { $_->code == 200 } @res), 1, 'of thirty-two at once one is let in';
	is scalar(grep { $_->code == 410 } @res), 31, 'the others are refused';
	is sessions(), $before + 1, 'one session';
	$site->clock_move('11 minutes');
	refused($old, 410, 'nonce_used', 'after ten minutes it is gone');
	$site->clock_move('-11 minutes');
	my ($foreign) = signed(job('ethers', 0, nonce => 'abcdefgh12345678'));
	refused($foreign, 410, 'nonce_used', 'one that we did not give');
};

subtest 'bad messages' => sub {
	my %bad = (
		domain => [domain => 'evil.example'], chain_id => [chainId => 137],
		uri => [uri => 'http://evil.example/login'], expired => [expirationTime => at(-1)],
		not_before => [notBefore => at(600)], issued_at => [issuedAt => at(-4000)],
	);
	my @what = sort keys %bad;
	my @made = signed(map { my $what = $_; map { job($_, 0, @{ $bad{$what} }) } qw(ethers viem) } @what);
	my $before = sessions();
	for my $what (@what) {
		refused(shift @made, 422, 'invalid_field', "$what, $_", field => 'message', reason => $what) for qw(ethers viem);
	}
	my ($good, $other) = signed(job('ethers', 0), job('ethers', 1));
	refused({ %$good, message => $good->{message} =~ s/Sign in/Pay all/r }, 400, 'bad_signature', 'a tampered message');
	refused({ %$good, message => $good->{message} =~ s/login/loginx/r }, 400, 'bad_signature', 'in any part');
	refused({ %$good, signature => $other->{signature} }, 400, 'bad_signature', "another's signature");
	refused({ %$good, signature => mirrored($good->{signature}) }, 400, 'bad_signature', 'a second signature made of the first');
	refused({ %$good, signature => $_ }, 400, 'bad_signature', 'no signature') for '0x', '0x' . '00' x 65, 'x' x 132;
	refused({ %$good, message => lc $good->{message} }, 422, 'invalid_field', 'no message');
	refused({ %$good, message => "$good->{message}\n" }, 422, 'invalid_field', 'with more in it');
	is sessions(), $before, 'no session came of it';
	is enter($good)->code, 200, 'nor was the nonce used up';
};

# The same signature with s on the other side of the curve's order.
sub mirrored ($signature) {
	my ($r, $s, $v) = $signature =~ /^0x(.{64})(.{64})(..)$/;
	my $n = Math::BigInt->from_hex('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141');
	my $other = $n->copy->bsub(Math::BigInt->from_hex($s))->as_hex =~ s/^0x//r;
	return '0x' . $r . ('0' x (64 - length $other)) . $other . ($v eq '1b' ? '1c' : '1b');
}

subtest 'linking' => sub {
	my $ada = $site->value(q{select core.identity_sign_in('telegram', '1001', '{"first_name":"Ada"}', null)});
	my %ada = $site->session_of($ada);
	$site->sql(q{delete from identities where kind = 'wallet'});
	my ($mine, $again, $theirs, $evil) = signed(job('ethers', 0), job('viem', 0), job('ethers', 0), job('ethers', 0));
	error_is(enter($mine, %ada, Origin => 'https://evil.example'), 403, 'cross_site', 'not from another site');
	error_is(enter($mine, %ada), 403, 'cross_site', 'nor without a sign of where from');
	error_is(enter($mine, Origin => 'https://evil.example'), 403, 'cross_site', 'nobody is signed in by another site');
	error_is(enter($mine, 'Sec-Fetch-Site' => 'same-site'), 403, 'cross_site', 'nor by a neighbour');
	my $res = enter($mine, %ada, %here);
	is_deeply [$res->code, $res->json->{linked}, $res->json->{user}{id}], [200, true, $ada], 'linked to who is signed in';
	ok !$res->headers->set_cookie, 'in the same session';
	is_deeply [map { $_->{kind} } @{ $res->json->{user}{identities} }], [qw(telegram wallet)], 'beside the other';
	my $eve = $site->value(q{select core.identity_sign_in('telegram', '2002', '{}', null)});
	error_is(enter($theirs, $site->session_of($eve), %here), 409, 'identity_taken', 'it is nobody else\'s now');
	refused($theirs, 410, 'nonce_used', 'and what was signed for that is good for nothing else');
	is enter($again)->json->{user}{id}, $ada, 'and signs in who linked it';
};

subtest 'a payer who was let in turns out to be somebody known' => sub {
	my $payer = $site->value(q{select core.stripe_person(null, 'cus_let_in', 'p@example.test')});
	my %payer = $site->session_of($payer);
	my ($mine) = signed(job('ethers', 0));
	my $res = enter($mine, %payer, %here);
	is_deeply [$res->code, $res->json->{linked}], [200, false], 'by a session that is new';
	is $site->get('/api/session', cookie($res))->json->{user}{id}, $res->json->{user}{id}, 'and theirs';
	error_is($site->get('/api/session', %payer), 401, 'unauthorized', 'whoever has the old one is out');
};

subtest 'who fails too often waits' => sub {
	my %from = ('X-Forwarded-For' => '192.0.2.7');
	my ($good) = signed(job('ethers', 0));
	my $bad = { %$good, signature => '0x' . '11' x 65 };
	my @res = $site->together(map { [request($bad, %from)] } 1 .. 30);
	is scalar(grep { $_->code == 400 } @res), 10, 'ten of thirty at once are looked at';
	is scalar(grep { $_->code == 429 && $_->headers->header('Retry-After') } @res), 20, 'twenty are to wait';
	my $wait = 1;
	poll(sub { my $res = enter($good, %from); $wait = $res->headers->header('Retry-After') // 0; $wait != 1 });
	ok $wait > 500 && $wait <= 600, 'a good one too, for ten minutes';
	is enter($good)->code, 200, 'elsewhere it is let in';
};

subtest 'another chain' => sub {
	my $base = Gatehouse->site(handlers => [qw(session-wallet wallet-nonce)], conf => { EVM_CHAIN_ID => '8453' });
	my $nonce = $base->post('/api/session/wallet/nonce')->json->{nonce};
	my ($good, $bad) = signed(job('viem', 0, chainId => 8453, nonce => $nonce), job('viem', 0, nonce => $nonce));
	error_is($base->request(request($bad)), 422, 'invalid_field', 'Ethereum itself is another then', reason => 'chain_id');
	is $base->request(request($good))->code, 200, 'as the operator set it';
};

done_testing;
