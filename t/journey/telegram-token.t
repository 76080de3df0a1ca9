# SPDX-License-Identifier: MIT
# Id tokens of every kind, made by jose: what the provider did not sign for us, now and
# for this sign-in, lets nobody in; see t/node/telegram/tokens.mjs.
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Process 'capture';
use Gatehouse::Tables 'source_dir';
use Fcntl 'F_SETFD';
use IO::Socket::INET;

my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 64) or die "listen: $!";
fcntl $listen, F_SETFD, 0 or die "fcntl: $!";
my $base = 'http://127.0.0.1:' . $listen->sockport;
my $site = Gatehouse->site(handlers => [qw(auth-telegram telegram-callback session)], conf => { TELEGRAM_OIDC_BASE => $base });

my ($failed, $tap) = capture(['node', source_dir->child('t/node/telegram/tokens.mjs'), $site->conf->{PUBLIC_URL}, $site->socket('nginx'), $base, fileno $listen]);
for my $line (split /\n/, $tap) {
	diag $line if $line =~ /^# /;
	ok !$1, $2 if $line =~ /^(not )?ok \d+ - (.*)/;
}
is $failed, 0, 'the provider came to the end' or diag $tap;
is_deeply [map { $_->{subject} } $site->sql('select distinct subject from identities order by 1')], ['7000000009'],
    'only the number of the good tokens is known';
unlike $site->log('telegram-callback'), qr/eyJ/, 'no token is in the log';

done_testing;
