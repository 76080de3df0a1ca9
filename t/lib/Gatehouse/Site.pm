# SPDX-License-Identifier: MIT
package Gatehouse::Site;

# A running site, and what a test does with it.

use Mojo::Base 'Gatehouse::Database', -signatures;

use Digest::SHA qw(hmac_sha256 sha256_hex);
use Gatehouse::Keeper;
use Gatehouse::Nginx;
use Gatehouse::Process 'capture';
use Gatehouse::Stripe ();
use Gatehouse::Tables qw(routes route source_dir build_dir);
use IO::Socket::INET;
use IO::Select;
use IO::Socket::UNIX;
use Mojo::File qw(path tempdir);
use Mojo::IOLoop;
use Mojo::JSON 'encode_json';
use Mojo::Promise;
use Mojo::URL;
use Mojo::UserAgent;
use Mojo::Util qw(b64_encode url_escape);
use Scalar::Util 'weaken';
use Test::More ();
use Time::HiRes qw(sleep time);

# dir: everything of this site; conf: its settings by name; keeper: the process
# that runs the programs; port: nginx's TCP port, when it has one.
has [qw(dir conf keeper port)];

my @running;

# Nobody follows redirects or keeps cookies unless a test says so.
has ua => sub {
	my $ua = Mojo::UserAgent->new(max_redirects => 0, inactivity_timeout => 30, max_connections => 256);
	$ua->cookie_jar->ignore(sub { 1 });
	return $ua->max_response_size(0);
};

# Starts a site.  Options:
#	handlers => [NAMES]	only these (default: all routes)
#	workers => [NAMES]	these too (default: none)
#	sandbox => 1		with the sandbox, hence with TCP
#	tcp => 1		nginx listens on 127.0.0.1:PORT too; PUBLIC_URL is that
#	rates => 1		every request comes from one client address, so that
#				rate limits bite (default: each from another)
#	conf => {NAME => value}	settings instead of the harness's own; undef removes
# Returns when every handler accepts connections and nginx answers.
sub start ($class, %o) {
	my $self = $class->SUPER::start;
	$self->dir(tempdir('gh-XXXXXX', TMPDIR => 1, CLEANUP => !$ENV{GATEHOUSE_KEEP}))->{options} = \%o;
	$self->dir->child($_)->make_path for qw(run log metrics nginx);
	$self->_data;
	my ($tcp, $port) = $o{tcp} || $o{sandbox} ? _listen_tcp() : ();
	$self->port($port)->conf($self->_settings($port, %o));
	my @names = @{ $o{handlers} // [map { $_->{name} } routes()] };
	my @programs = ((map { $self->_handler($_) } @names), map { $self->_worker($_) } @{ $o{workers} // [] });
	push @programs, $self->_sandbox if $o{sandbox};
	push @programs, Gatehouse::Nginx::program($self, $tcp);
	$self->_keep(@programs);
	$self->_wait_until_up;
	push @running, $self;
	weaken $running[-1];
	return $self;
}

sub _keep ($self, @programs) {
	my ($site, $dir) = ($self, $self->dir);
	my $clear = sub {
		my @complaints = _complaints($site);
		$site->drop;
		path("$dir")->remove_tree unless $ENV{GATEHOUSE_KEEP};
		return @complaints;
	};
	$self->keeper(Gatehouse::Keeper->new(dir => $dir, programs => \@programs, on_end => $clear));
	$self->keeper->start;
	# The keeper has its copy; ours would be a circle.
	undef $site;
}

sub _settings ($self, $port, %o) {
	my %conf = (
		DATABASE_URL => $self->cluster->url($self->name),
		PUBLIC_URL => $port ? "http://127.0.0.1:$port" : 'http://gatehouse.test',
		STRIPE_SECRET_KEY => 'sk_test_harness0000000000',
		STRIPE_WEBHOOK_SIGNING_SECRET => 'whsec_harness0000000000000',
		STRIPE_API_BASE => 'http://127.0.0.1:' . ($port // 9) . '/sandbox/stripe',
		TELEGRAM_BOT_TOKEN => '110201543:harness0000000000000000000000000000',
		TELEGRAM_BOT_USERNAME => 'harness_bot',
		TELEGRAM_CLIENT_SECRET => 'telegram-client-harness',
		TELEGRAM_WEBHOOK_SECRET => 'telegram-webhook-harness',
		TELEGRAM_API_BASE => 'http://127.0.0.1:' . ($port // 9) . '/sandbox/telegram',
		TELEGRAM_OIDC_BASE => 'http://127.0.0.1:' . ($port // 9) . '/sandbox/telegram-oidc',
		CRON_SECRET => 'cron-harness-0000000000',
		JWT_SECRET => 'jwt-harness-secret-of-at-least-32-bytes',
		ROLE_SECRET => 'role-harness-00000000000000000000',
		METRICS_DIR => $self->dir->child('metrics'),
		$o{sandbox} ? (SANDBOX => 1) : (),
		%{ $o{conf} // {} },
	);
	return { map { $_ => $conf{$_} } grep { defined $conf{$_} } keys %conf };
}

# A listening socket; the backlog lets requests wait while a handler restarts.
sub _listen ($path) {
	unlink $path;
	return IO::Socket::UNIX->new(Local => $path, Listen => 511) // die "$path: $!";
}

sub _listen_tcp {
	my $tcp = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 511, ReuseAddr => 1) // die "listen: $!";
	return ($tcp, $tcp->sockport);
}

# A handler gets its listening socket as fd 0 and the environment that the
# product's own command prints for it: its role, the settings of its row.
sub _handler ($self, $name) {
	return { %{ $self->_worker($name) }, stdin => _listen($self->socket($name)) };
}

# A worker is the same without the socket.
sub _worker ($self, $name) {
	my ($status, $env) = $self->cli('env', $name);
	die "env $name: $env" if $status;
	my %env = map { /^(\w+)="?(.*?)"?$/ } split /\n/, $env;
	return {
		name => $name, argv => [$self->binary("gh-$name")], log => $self->dir->child('log', $name),
		env => { %env, GATEHOUSE_DATADIR => $self->dir->child('data'), $self->_tool_env },
	};
}

# What make install would put together: pages from the source, translations
# from the build.
sub _data ($self) {
	my $data = $self->dir->child('data');
	$data->child('locale')->make_path;
	symlink source_dir->child('pages'), $data->child('pages');
	symlink $_, $data->child('locale', $_->basename) for grep { /\.mo$/ } build_dir->list->each;
}

# What sanitizers and coverage need, and what finds libraries.
sub _tool_env ($self) {
	return map { $_ => $ENV{$_} } grep { exists $ENV{$_} }
	    qw(PATH ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS LLVM_PROFILE_FILE GCOV_PREFIX LD_LIBRARY_PATH);
}

# The stand-in for Stripe and Telegram; it posts its events to the site's webhook.
sub _sandbox ($self) {
	my $dir = $self->dir->child('sandbox')->make_path;
	return {
		name => 'sandbox', argv => [$^X, source_dir->child('sandbox/sandbox.pl')],
		log => $self->dir->child('log/sandbox'),
		env => { PATH => $ENV{PATH}, %{ $self->conf }, SANDBOX_STATE => $dir,
			SANDBOX_SOCKET => $self->socket('sandbox') },
	};
}

sub _wait_until_up ($self) {
	my $end = time + 20;
	until ($self->_up) {
		die 'the site did not start: ', $self->logs if time > $end || $self->keeper->deaths;
		sleep 0.02;
	}
}

sub _up ($self) {
	for my $name ('nginx', $self->{options}{sandbox} ? 'sandbox' : ()) {
		return 0 unless IO::Socket::UNIX->new(Peer => $self->socket($name));
	}
	return 1;
}

# What programs have to say for themselves after the end: reports of sanitizers,
# and ends that were not orderly.
sub _complaints ($self) {
	my @reports = grep { /Sanitizer|runtime error:|Direct leak/ } split /\n/, $self->logs;
	return @reports, grep { / at end / } $self->keeper->deaths;
}

# Ends the site; false when a program complained.
sub stop ($self) {
	my $keeper = delete $self->{keeper} or return 1;
	return $keeper->stop;
}

# Ends all sites; true when all ended well.
sub stop_all { !grep { $_ && !$_->stop } @running }

sub DESTROY ($self) {
	local ($?, $@);
	$self->stop or Test::More::fail('programs ended without complaint');
}

# ---- programs ----------------------------------------------------------------

# The path of a program we built.
sub binary ($self, $name) {
	my ($file) = grep { -x } map { build_dir->child($_, $name) } '', 'handlers', 'libexec';
	return $file // die "no program $name in " . build_dir;
}

# The path of a program's socket: a handler's, 'nginx' or 'sandbox'.
sub socket ($self, $name) { $self->dir->child('run', "$name.sock") }

# The process id of a running program, 0 while it is down.
sub pid ($self, $name) { $self->keeper->pid_of($name) }

# Sends a signal to a handler; the keeper starts it again.  Returns its old pid.
sub kill_handler ($self, $name, $signal = 'KILL') {
	my $pid = $self->pid($name) or return 0;
	kill $signal => $pid;
	return $pid;
}

# Runs the code, which waits by Mojo::IOLoop, while the handler is killed by -9
# again and again: every 0.1 s, $times (25) at most, so that a slow machine comes
# to an end as well.  Returns how often it was.
sub while_killing ($self, $name, $code, $times = 25) {
	my $kills = 0;
	my $kill  = sub { $kills++ if $kills < $times && $self->kill_handler($name) };
	my $timer = Mojo::IOLoop->recurring(0.1 => $kill);
	$code->();
	Mojo::IOLoop->remove($timer);
	return $kills;
}

# What a program logged, as text; logs: what all did.
sub log ($self, $name) {
	my $file = $self->dir->child('log', $name);
	return -e $file ? $file->slurp : '';
}
sub logs ($self) { join '', map { "==> " . $_->basename . "\n" . $_->slurp } $self->dir->child('log')->list->each }

# Runs the gatehouse command on this site; exit status and output.
sub cli ($self, @args) {
	return capture([$self->binary('gatehouse'), @args], env => { %{ $self->conf }, $self->_tool_env,
		GATEHOUSE_CONF => '/dev/null', GATEHOUSE_DATADIR => build_dir . ':' . source_dir });
}

# ---- requests ----------------------------------------------------------------

# Sends a request; $body is bytes.  Returns the Mojo::Message::Response; dies
# when there was none.
sub request ($self, $method, $path, $headers = {}, $body = '') {
	return $self->ua->start($self->_tx($method, $path, $headers, $body))->result;
}

# The same as a promise of the response; it is rejected when there was none.
sub promise ($self, $method, $path, $headers = {}, $body = '') {
	return $self->ua->start_p($self->_tx($method, $path, $headers, $body))->then(sub ($tx) { $tx->res });
}

# Sends requests, lists of request's arguments, all at once; the responses in
# the same order, undef for one that was cut off.
sub together ($self, @requests) {
	my @answers;
	my @promises = map { my $i = $_;
		$self->promise(@{ $requests[$i] })->then(sub ($res) { $answers[$i] = $res })->catch(sub { })
	} 0 .. $#requests;
	Mojo::Promise->all(@promises)->wait;
	$#answers = $#requests;
	return @answers;
}

sub get ($self, $path, %headers) { $self->request(GET => $path, \%headers) }
sub post ($self, $path, $headers = {}, $body = '') { $self->request(POST => $path, $headers, $body) }

# Posts data as JSON, and a form as a browser does from the site's own page.
sub json ($self, $path, $data, %headers) { $self->request($self->json_request($path, $data, %headers)) }
sub form ($self, $path, $fields, %headers) {
	my $form = Mojo::Parameters->new(map { $_ => $fields->{$_} } sort keys %$fields)->to_string;
	return $self->post($path, { 'Content-Type' => 'application/x-www-form-urlencoded', Origin => $self->conf->{PUBLIC_URL},
		Accept => 'text/html,application/xhtml+xml,*/*;q=0.8', %headers }, $form);
}

# The arguments of request for posting JSON; for together.
sub json_request ($self, $path, $data, %headers) {
	return (POST => $path, { 'Content-Type' => 'application/json', %headers }, encode_json($data));
}

# Sends bytes to nginx as they are and returns all that comes back in 5 s; with
# cut => 1 hangs up at once instead and returns ''.
sub raw ($self, $bytes, %o) {
	my $sock = IO::Socket::UNIX->new(Peer => $self->socket('nginx')) or die "nginx: $!";
	local $SIG{PIPE} = 'IGNORE';
	syswrite $sock, $bytes;
	my ($in, $end) = ('', time + 5);
	return '' if $o{cut};
	while ((my $left = $end - time) > 0) {
		next unless IO::Select->new($sock)->can_read($left);
		sysread $sock, $in, 65536, length $in or last;
	}
	return $in;
}

# The request, from a client address of its own unless the option rates is set.
sub _tx ($self, $method, $path, $headers, $body) {
	state $n = 0;
	my $tx = $self->ua->build_tx($method => 'http+unix://' . url_escape($self->socket('nginx')) . $path);
	my $to = $tx->req->headers;
	$to->host(Mojo::URL->new($self->conf->{PUBLIC_URL})->host_port);
	$to->header('X-Forwarded-For' => sprintf '10.%d.%d.%d', $n >> 16 & 255, $n >> 8 & 255, $n++ & 255)
	    unless $self->{options}{rates};
	$to->header($_ => $headers->{$_}) for keys %$headers;
	$tx->req->body($body) if length $body || $method =~ /^P/;
	return $tx;
}

# ---- credentials -------------------------------------------------------------

# A new service key (text); scopes default to 'service'.
sub key ($self, @scopes) {
	state $n = 0;
	my ($status, $out) = $self->cli('key', 'create', 'test' . ++$n, map { ('--scope', $_) } @scopes);
	die "key create: $out" if $status;
	chomp $out;
	return $out;
}

# The headers that carry a service key or a user's token.
sub bearer ($self, $credential) { (Authorization => "Bearer $credential") }

# An HS256 token as front ends send it; claims: sub (needed), exp (in an hour), …;
# $secret and alg may be wrong on purpose.
sub jwt ($self, %claims) {
	my $secret = delete $claims{secret} // $self->conf->{JWT_SECRET};
	my $header = encode_json({ alg => delete $claims{alg} // 'HS256', typ => 'JWT' });
	my %all    = (role => 'authenticated', aud => 'authenticated', iat => time | 0, exp => time + 3600 | 0, %claims);
	delete $all{$_} for grep { !defined $all{$_} } keys %all;
	my $signed = join '.', map { _base64url($_) } $header, encode_json(\%all);
	return $signed . '.' . _base64url(hmac_sha256($signed, $secret));
}

sub _base64url ($bytes) { b64_encode($bytes, '') =~ tr{+/=}{-_}dr }

# The Cookie header of a browser session of an operator with that role.
sub session ($self, $role = 'admin') {
	my $user = $self->value('select coalesce(core.user_find(u), core.user_create(u, null)) from (select ?::text) x(u)', "operator:$role");
	$self->sql('select core.role_grant(?, ?)', $user, $role);
	return $self->session_of($user);
}

# The Cookie header of a new browser session of that user (by id).
sub session_of ($self, $user, $agent = 'Firefox') {
	state $n = 0;
	my $token = 'session-made-' . ++$n;
	$self->sql('select core.session_open(?, ?, ?)', $user, sha256_hex($token), $agent);
	return (Cookie => ($self->conf->{PUBLIC_URL} =~ /^https/ ? '__Host-' : '') . "session=$token");
}

# ---- people, money, Stripe -------------------------------------------------------

# A new user with that many credits besides the 5 of the trial; its id.
sub user ($self, $external_id, $credits = 0) {
	state %key;
	my $key = $key{ $self->name } //= $self->key;
	my $res = $self->json('/api/users', { external_id => $external_id }, $self->bearer($key));
	my $id  = ($res->json // {})->{user}{id} // die 'no user: ' . $res->body;
	$self->pay($id, $credits) if $credits;
	return $id;
}

# Lets that user buy that many credits, through the webhook.
sub pay ($self, $user, $credits) {
	state $n = 0;
	my $price = "price_made$credits";
	$self->stripe_event('price.created', Gatehouse::Stripe::price($price, metadata => { credits => "$credits" }))
	    unless $self->value('select 1 from prices where id = ?', $price);
	my $id = "cs_test_made$$" . 'x' . ++$n;
	$self->stripe_event('checkout.session.completed',
		Gatehouse::Stripe::session($id, metadata => { user_id => $user, price_id => $price }));
	return $id;
}

# The arguments of request that deliver an event, signed as of now.
sub signed_event ($self, $event, %o) {
	my $body   = ref $event ? encode_json($event) : $event;
	my $secret = $o{secret} // (split /,/, $self->conf->{STRIPE_WEBHOOK_SIGNING_SECRET})[0];
	my $header = $o{signature} // Gatehouse::Stripe::sign($body, $secret, $o{time} // time | 0);
	return (POST => '/functions/v1/stripe-webhook',
		{ 'Content-Type' => 'application/json; charset=utf-8', 'Stripe-Signature' => $header }, $body);
}

# Delivers an event of that type around an object until it is acknowledged;
# returns the response.  Dies when it is refused for ten seconds.
sub stripe_event ($self, $type, $object, %o) {
	return $self->deliver(Gatehouse::Stripe::event($type, $object, %o));
}

# The same for a whole event.
sub deliver ($self, $event) {
	my $end = time + 10;
	while (1) {
		my $res = eval { $self->request($self->signed_event($event)) };
		return $res if $res && $res->code == 200;
		die 'event refused: ', $res ? $res->body : $@ if time > $end || $res && $res->code < 500;
		sleep 0.05;
	}
}

1;
