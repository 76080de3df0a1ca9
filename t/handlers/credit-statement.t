# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use Gatehouse::Process 'capture';
use Gatehouse::Tables 'source_dir';

my $site = Gatehouse->site(handlers => [qw(credit-statement users stripe-webhook)]);
my %key  = $site->bearer($site->key);
my $ada  = $site->user('ada', 100);
my $path = '/api/credits/statement';

keeps_contract($site, 'credit-statement', GET => "$path?user_id=$ada", {%key});

sub check ($res, @kept) { capture([source_dir->child('doc/statement-check')->to_string, @kept], input => $res->body) }

subtest 'a member downloads their ledger and checks it elsewhere' => sub {
	$site->sql(q{select core.meter_charge(?, 'chat', 3, null, null)}, $ada);
	my $bob = $site->user('bob', 100);
	my (undef, $sealed) = $site->cli('seal');
	my ($head) = $sealed =~ /^head (\w+)$/m;
	my $res = $site->get($path, $site->session_of($ada));
	like $res->headers->content_disposition, qr/^attachment; filename="statement\.json"$/, 'a file to keep';
	is scalar @{ $res->json->{rows} }, 3, 'with every row of theirs';
	unlike $res->body, qr/\Q$bob/, 'and nothing of others';
	is((check($res, $head))[0], 0, 'the checker finds it right') or diag $res->body;
	my ($wrong) = check($site->get("$path?user_id=ada", %key), 'ff' x 32);
	is $wrong, 1, 'and an older seal that never was wrong';
	(my $forged = $res->body) =~ s/-3, 102/-1, 104/;
	isnt $forged, $res->body, 'a changed amount';
	is((capture([source_dir->child('doc/statement-check')->to_string], input => $forged))[0], 1, '... is found');
};

subtest 'who' => sub {
	my $jwt = sub ($sub) { ($site->bearer($site->jwt(sub => $sub))) };
	is $site->get($path, $jwt->('ada'))->json->{user_id}, $ada, "a user's token";
	error_is($site->get("$path?user_id=$ada", $jwt->('eve')), 403, 'forbidden', 'somebody else');
	error_is($site->get("$path?user_id=nobody", %key), 404, 'unknown_user', 'nobody there');
	error_is($site->get($path, %key), 422, 'invalid_field', 'a key names somebody');
	error_is($site->get($path), 401, 'unauthorized', 'nobody');
};

done_testing;
