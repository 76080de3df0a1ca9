# SPDX-License-Identifier: MIT
# What the sandbox is told from outside, and the rule that it never runs beside real money.
package Gatehouse::Sandbox::Settings;
use Mojo::Base -base, -signatures;
use Mojo::File qw(path);
use Mojo::Util qw(trim url_escape);

# listen          where to listen, as Mojo::Server::Daemon wants it
# public_url      address of the site as browsers see it, without a slash at the end
# secret_key      the API key that callers must show
# signing_secret  the secret that webhooks are signed with
# webhook_url     where events are posted
# state_dir       directory that keeps everything
# bot_token       token of the Telegram bot; Telegram is absent without it
# bot_username    its name after the @
# client_secret   secret of the bot's web login; absent without it
has [qw(listen public_url secret_key signing_secret webhook_url state_dir bot_token bot_username client_secret)];

# Live keys of Stripe: secret and restricted ones.
my $LIVE = qr/\b[sr]k_live_/;

# from_environment(\%env): the settings, or dies with one clear line.
# Refuses as soon as a live key is seen anywhere: in the environment or in gatehouse.conf.
sub from_environment ($class, $env) {
	refuse_live($env);
	my ($secret) = grep {length} map { trim $_ } split /,/, need($env, 'STRIPE_WEBHOOK_SIGNING_SECRET');
	my $public = need($env, 'PUBLIC_URL') =~ s{/+$}{}r;
	return $class->new(
		listen         => listen_address($env),
		public_url     => $public,
		secret_key     => need($env, 'STRIPE_SECRET_KEY'),
		signing_secret => $secret // die("STRIPE_WEBHOOK_SIGNING_SECRET holds no secret\n"),
		webhook_url    => $env->{SANDBOX_WEBHOOK_URL} || "$public/functions/v1/stripe-webhook",
		state_dir      => need($env, 'SANDBOX_STATE'),
		bot_token      => token_of($env),
		bot_username   => $env->{TELEGRAM_BOT_USERNAME} || 'gatehouse_sandbox_bot',
		client_secret  => $env->{TELEGRAM_CLIENT_SECRET},
	);
}

# bot_id: the number before the colon of the token, which is also the client id of web login.
sub bot_id ($self) { return $self->bot_token =~ s/:.*//r }

sub token_of ($env) {
	my $token = trim($env->{TELEGRAM_BOT_TOKEN} // '');
	die "TELEGRAM_BOT_TOKEN is not of the form 123456:letters\n" if $token !~ /^(?:\d{1,20}:[A-Za-z0-9_-]{1,100})?$/;
	return $token;
}

sub need ($env, $name) {
	my $value = trim($env->{$name} // '');
	die "$name is not set\n" if $value eq '';
	return $value;
}

sub listen_address ($env) {
	my $fd = $env->{SANDBOX_LISTEN_FD};
	return 'http+unix://' . url_escape(need($env, 'SANDBOX_SOCKET')) if !defined $fd || $fd eq '';
	die "SANDBOX_LISTEN_FD must be a number\n" if $fd !~ /^\d+$/;
	return "http://*?fd=$fd";
}

sub refuse_live ($env) {
	for my $name (sort keys %$env) {
		die "$name holds a live Stripe key: the sandbox does not run beside real money\n"
			if ($env->{$name} // '') =~ $LIVE;
	}
	my $conf = $env->{GATEHOUSE_CONF} // return;
	die "$conf holds a live Stripe key: the sandbox does not run beside real money\n"
		if -r $conf && path($conf)->slurp =~ $LIVE;
}

1;
