# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;

my $site = Gatehouse->site(handlers => [qw(wallet-nonce)]);
my $path = '/api/session/wallet/nonce';

keeps_contract($site, 'wallet-nonce', POST => $path);

subtest 'a nonce' => sub {
	my $given = $site->post($path)->json;
	like $given->{nonce}, qr/^[A-Za-z0-9]{32}$/, 'is letters and digits';
	isnt $site->post($path)->json->{nonce}, $given->{nonce}, 'never the same';
	like $given->{issued_at}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'with the time';
	is $site->value('select expires_at - created_at from wallet_nonces where nonce = ?', $given->{nonce}), '00:10:00', 'is good for ten minutes';
	$site->clock_move('11 minutes');
	$site->post($path);
	is $site->value('select count(*) from wallet_nonces'), 1, 'and then forgotten';
};

subtest 'an address is spelt for the message' => sub {
	my $spelt = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
	is $site->json($path, { address => $_ })->json->{address}, $spelt, $_ for $spelt, lc $spelt;
	error_is($site->json($path, { address => $_ }), 422, 'invalid_field', "no address: $_", field => 'address')
	    for '0x', 'x' x 42, '0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
};

done_testing;
