# SPDX-License-Identifier: MIT
# Signing in by a wallet, settings and linking in a real Chromium; see
# t/node/journey/sign-in.mjs.  GATEHOUSE_SHOTS names a directory that keeps the
# screenshots.
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Walk;

my $site = Gatehouse->site(handlers => [qw(login session session-wallet wallet-nonce settings sign-out my-credits)], tcp => 1);
my $eve  = $site->value(q{select core.identity_sign_in('telegram', '2002', '{"first_name":"Eve"}', null)});
my ($status, $link) = $site->cli('login', 'link', $eve);
is $status, 0, 'a link for one of them' or diag $link;
chomp $link;

subtest 'in Chromium' => sub { walk('sign-in.mjs', $site->conf->{PUBLIC_URL}, $link, shots($site)) };

subtest 'what the database says of it' => sub {
	is $site->value(q{select count(*) from identities where kind = 'wallet'}), 2, 'two wallets are linked';
	is $site->value(q{select count(*) from identities where kind = 'wallet' and user_id = ?}, $eve), 1, 'one to who had the link';
	is $site->value(q{select count(*) from users where not placeholder}), 2, 'two people';
	is $site->value('select count(*) from sessions where revoked_at is null'), 1, 'one is still signed in';
	is $site->value(q{select count(*) from credit_transactions where type = 'trial'}), 2, 'each had one trial';
};

done_testing;
