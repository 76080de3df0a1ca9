#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# The sandbox: one program that stands in for Stripe and Telegram while Gatehouse is tried out.
# Settings come from the environment (see README); everything is kept in SANDBOX_STATE.
use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Gatehouse::Sandbox;
use Gatehouse::Sandbox::Settings;
use Mojo::IOLoop;
use Mojo::Server::Daemon;
use Mojo::Util qw(url_unescape);

# How long a stop waits for answers that are still being written, in seconds.
use constant GRACE => 5;

# finish(daemon, app): takes no new caller, lets answers be written, ends.
sub finish ($daemon, $app) {
	$daemon->stop;
	Mojo::IOLoop->timer(GRACE, sub { Mojo::IOLoop->stop });
	Mojo::IOLoop->recurring(0.02, sub { Mojo::IOLoop->stop if $app->active == 0 });
}

# Whoever may enter the socket's directory may connect: nginx runs as somebody else.
sub share_socket ($listen) {
	my ($path) = $listen =~ m{^http\+unix://(.+)} or return;
	chmod 0666, url_unescape($path) or warn "chmod: $!\n";
}

sub serve ($app, $listen) {
	my $daemon = Mojo::Server::Daemon->new(app => $app, listen => [$listen], silent => 1);
	my $stop   = sub { finish($daemon, $app) };

	$daemon->start;
	share_socket($listen);
	local $SIG{TERM} = $stop;
	local $SIG{INT}  = $stop;
	local $SIG{PIPE} = 'IGNORE';
	$app->start_work;
	$app->log->info("listening at $listen");
	Mojo::IOLoop->start;
}

my $settings = eval { Gatehouse::Sandbox::Settings->from_environment(\%ENV) };
if (!$settings) {
	print STDERR "sandbox: $@";
	exit 78;    # EX_CONFIG
}
serve(Gatehouse::Sandbox->new(settings => $settings), $settings->listen);
