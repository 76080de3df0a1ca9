# SPDX-License-Identifier: MIT
# Every route of routes.tab asked by nobody, by those whose session, key or token is
# over, by the wrong role, for somebody else's things, and from another site: each is
# answered rightly and nothing changes.  A route that is not in the table below fails.
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Tables 'routes';
use Digest::SHA ();
use List::Util 'any';
use Mojo::Parameters;

my $site = Gatehouse->site(conf => { TELEGRAM_BOT_USERNAME => 'gate_bot' });
my $home = $site->conf->{PUBLIC_URL};

# Ada has things; Eve has none of hers; both are plain members.  Mallory once was.
my ($ada, $eve) = map { $site->user($_, 100) } qw(ada eve);
my %eve = $site->session_of($eve);
my %operator = map { $_ => { $site->session($_) } } qw(admin driver);
my $driver = $site->value('select core.user_find(?)', 'operator:driver');
$site->value('select core.identity_sign_in(?, ?, ?, ?)', 'telegram', '1001', '{}', $ada);
$site->session_of($ada);
my $hold        = $site->value('select core.hold_begin(?, null, null, 10, null, 600, null)->>?', $ada, 'hold_id');
my $transaction = $site->value('select min(id) from credit_transactions where user_id = ?', $ada);
my $invitation  = $site->value('select invite_code from core.invitations_create(?, ?, null, 1, null, null, null)', $driver, 'recipient');
my $session     = $site->value('select id from sessions where user_id = ?', $ada);

my %expired = $site->session_of($eve);
my %revoked = $site->session_of($eve);
sub hash_of ($headers) { Digest::SHA::sha256_hex($headers->{Cookie} =~ s/.*=//r) }
$site->sql(q{update sessions set expires_at = core.now() where encode(token_hash, 'hex') = ?}, hash_of(\%expired));
$site->sql(q{update sessions set revoked_at = core.now() where encode(token_hash, 'hex') = ?}, hash_of(\%revoked));
my $weak = $site->key('nothing');
my $dead = $site->key;
$site->sql(q{update service_keys set revoked_at = core.now() where key_hash = sha256(?::bytea)}, $dead);

# ROUTE => { METHOD => { path, send: fields, open: the status for nobody, where the
# route lets nobody in particular in; late: for a session that is over, where that is
# another; role: who may; theirs: [fields or path, status]: Eve asks for Ada's } }
my %matrix = (
	healthz  => { GET => { open => 200 } },
	metrics  => { GET => {} },
	pricing  => { GET => { open => 200 } },
	success  => { GET => { path => '/success?session_id=cs_none', open => 404 },
		POST => { send => { session_id => 'cs_none' }, open => 404 } },
	checkout => { POST => { send => { price_id => 'price_none' }, open => 404, late => 401,
		theirs => [{ price_id => 'price_made100', user_id => $ada }, 403] } },
	users    => { POST => { send => { external_id => 'new' } } },
	credits  => { GET => { path => "/api/credits?user_id=$eve", theirs => ["/api/credits?user_id=$ada", 403] } },
	'credit-transactions' => { GET => { theirs => ["/api/credits/transactions?user_id=$ada", 403] } },
	'credit-explain' => { GET => { path => '/api/credits/explain?id=1', theirs => ["/api/credits/explain?id=$transaction", 404] } },
	'my-credits'   => { GET => {} },
	'credit-holds' => { POST => { send => { user_id => $eve, amount => 1 }, theirs => [{ user_id => $ada, amount => 1 }, 403] } },
	'hold-capture' => { POST => { send => { hold_id => $hold, amount => 1 }, theirs => [{ hold_id => $hold, amount => 1 }, 404] } },
	'hold-void'    => { POST => { send => { hold_id => $hold }, theirs => [{ hold_id => $hold }, 404] } },
	'credit-meter' => { POST => { send => { user_id => $eve, agent => 'chat' }, theirs => [{ user_id => $ada, agent => 'chat' }, 403] } },
	'get-discord-invite' => { POST => { send => {}, open => 401, theirs => [{ user_id => $ada }, 403] } },
	'stripe-webhook' => { POST => { send => {}, open => 400 } },
	'rollover-cron'  => { POST => { send => {} } },
	'credit-statement' => { GET => { path => "/api/credits/statement?user_id=$eve", theirs => ["/api/credits/statement?user_id=$ada", 403] } },
	portal => { POST => { send => { user_id => $eve }, theirs => [{ user_id => $ada }, 403] } },
	session  => { GET => { open => 401 }, DELETE => { open => 200 } },
	login    => { GET => { open => 200 }, POST => { send => { token => 'none' }, open => 404 } },
	'sign-out'       => { POST => { send => { x => 1 }, open => 303 } },
	'wallet-nonce'   => { POST => { send => {}, open => 200, changes => 1 } },
	'session-wallet' => { POST => { send => { message => 'x', signature => 'x' }, open => 422 } },
	settings => { GET => {}, POST => { send => { action => 'revoke_others' },
		theirs => [{ action => 'revoke', session => $session }, 404] } },
	admin    => { GET => { role => 'admin' } },
	'admin-invitations' => { GET => { role => 'admin' }, POST => { send => { revoke => $invitation }, role => 'admin' } },
	'admin-roles' => { GET => { role => 'admin' }, POST => { send => { user_id => $eve, role => 'admin', act => 'give' }, role => 'admin' } },
	'admin-outbox' => { GET => { role => 'admin' }, POST => { send => { act => 'run', job => 'seal' }, role => 'admin' } },
	invitations => { GET => { theirs => ["/api/invitations?user_id=$driver", 403] },
		POST => { send => { role => 'recipient' }, role => 'driver', theirs => [{ user_id => $driver }, 403] },
		DELETE => { path => "/api/invitations", send => { invite_code => $invitation }, theirs => [{ invite_code => $invitation }, 404] } },
	'my-invitations' => { GET => {}, POST => { send => { role => 'recipient' }, role => 'driver', theirs => [{ revoke => $invitation }, 404] } },
	notifications => { GET => { theirs => ["/api/notifications?user_id=$driver", 403] },
		POST => { send => { text => 'x' }, role => 'driver', theirs => [{ user_id => $driver, text => 'x' }, 403] } },
	'my-notifications' => { GET => {}, POST => { send => { text => 'x' }, role => 'driver' } },
	'session-telegram'  => { POST => { send => { id => 1, hash => 'x' }, open => 403 } },
	'auth-telegram'     => { GET => { open => 303, changes => 1 }, POST => { send => { x => 1 }, open => 303, changes => 1 } },
	'telegram-callback' => { GET => { path => '/auth/telegram/callback?state=none', open => 410 } },
	'telegram-webhook'  => { POST => { send => {}, open => 401 } },
	invite => { GET => { path => "/invite/$invitation", open => 200 }, POST => { path => "/invite/$invitation", send => { x => 1 }, open => 401 } },
);

# All that there is, but for what only counts attempts.
sub everything {
	state @tables = map { $_->{tablename} } $site->sql(q{select tablename from pg_tables where schemaname = 'public'
		and tablename not in ('attempts', 'client_salts', 'time_zones')});
	state $sql = join ' union all ', map { qq{select '$_', md5(coalesce(string_agg(r::text, e'\\n' order by r::text), '')) from "$_" r} } @tables;
	return { map { @$_ } @{ $site->dbh->selectall_arrayref($sql) } };
}

# Asks that method of the route; $what are other fields, or another path.
sub ask ($route, $method, $what = undef, %headers) {
	my $case = $matrix{ $route->{name} }{$method};
	my $path = defined $what && !ref $what ? $what : $case->{path} // $route->{path};
	my $send = ref $what ? $what : $case->{send};
	$headers{Origin} //= $home if $method ne 'GET';
	return $site->request($method, $path, { $route->{face} eq 'page' ? (Accept => 'text/html') : (), %headers }) unless $send;
	my $page = $route->{face} eq 'page';
	my $body = $page ? Mojo::Parameters->new(map { $_ => $send->{$_} } sort keys %$send)->to_string : encode_json($send);
	return $site->request($method, $path, { 'Content-Type' => $page ? 'application/x-www-form-urlencoded' : 'application/json',
		$page ? (Accept => 'text/html') : (), %headers }, $body);
}

# One test: the status, and 401 of a page that is opened is the way to the door.
sub answers ($route, $method, $res, $status, $name) {
	my $door = $status == 401 && $route->{face} eq 'page' && $method eq 'GET';
	my $got  = $door ? $res->code . ' ' . (($res->headers->location // '') =~ m{^(/login\?next=)} ? $1 : '') : $res->code;
	is $got, $door ? '303 /login?next=' : $status, "$method $route->{path}: $name: $status"
	    or diag substr $res->body, 0, 300;
}

sub lets ($route, $kind) { any { $_ eq $kind } @{ $route->{auth} } }
sub status_open ($route, $case) { lets($route, 'none') ? $case->{open} : 401 }

my %ways = (
	nobody => sub ($route, $method, $case) {
		return answers($route, $method, ask($route, $method, undef, 'X-Forwarded-For' => '192.0.2.1'), 403, 'from elsewhere') if lets($route, 'local');
		answers($route, $method, ask($route, $method), status_open($route, $case), 'nobody');
		answers($route, $method, ask($route, $method, undef, Authorization => 'Bearer wrong'), 401, 'another secret') if lets($route, 'cron');
	},
	'a session that is over' => sub ($route, $method, $case) {
		return unless lets($route, 'session');
		my $status = $case->{late} // status_open($route, $case);
		answers($route, $method, ask($route, $method, undef, %expired), $status, 'an expired session');
		answers($route, $method, ask($route, $method, undef, %revoked), $status, 'a revoked session');
		answers($route, $method, ask($route, $method, undef, Cookie => 'session=' . 'x' x 43), $status, 'an unknown session');
	},
	'keys' => sub ($route, $method, $case) {
		return unless lets($route, 'key');
		answers($route, $method, ask($route, $method, undef, $site->bearer($dead)), 401, 'a revoked key');
		answers($route, $method, ask($route, $method, undef, $site->bearer('ghk_' . 'x' x 43)), 401, 'an unknown key');
		answers($route, $method, ask($route, $method, undef, $site->bearer($weak)), 403, 'a key without the scope');
	},
	'tokens' => sub ($route, $method, $case) {
		return unless lets($route, 'user');
		answers($route, $method, ask($route, $method, undef, $site->bearer($site->jwt(sub => 'eve', exp => time - 1))), 401, 'a token that is over');
		answers($route, $method, ask($route, $method, undef, $site->bearer($site->jwt(sub => 'eve', secret => 'other'))), 401, 'a forged token');
	},
	'the wrong role' => sub ($route, $method, $case) {
		return unless $case->{role};
		answers($route, $method, ask($route, $method, undef, %eve), 403, 'a member');
		answers($route, $method, ask($route, $method, undef, %{ $operator{driver} }), 403, 'a driver') if $case->{role} eq 'admin';
	},
	'what is not theirs' => sub ($route, $method, $case) {
		my ($what, $status) = @{ $case->{theirs} // return };
		answers($route, $method, ask($route, $method, $what, %eve), $status, "somebody else's, by session") if lets($route, 'session');
		answers($route, $method, ask($route, $method, $what, $site->bearer($site->jwt(sub => 'eve'))), $status, "somebody else's, by token")
		    if lets($route, 'user');
	},
	'another site' => sub ($route, $method, $case) {
		return if $method eq 'GET' || !lets($route, 'session');
		my %who = $case->{role} ? %{ $operator{ $case->{role} } } : %eve;
		for (['hostile' => Origin => 'https://evil.example'], ['hidden' => Origin => 'null'],
			['same but for its port' => Origin => "$home:8443"], ['cross-site' => 'Sec-Fetch-Site' => 'cross-site'], ['a neighbour' => 'Sec-Fetch-Site' => 'same-site']) {
			my ($name, %from) = @$_;
			answers($route, $method, ask($route, $method, undef, %who, %from), 403, "from $name");
		}
		answers($route, $method, ask($route, $method, undef, %who, Origin => ''), 403, 'without a sign of where from');
	},
	'a form of another site' => sub ($route, $method, $case) {
		return unless $method eq 'POST' && $route->{face} eq 'page';
		answers($route, $method, ask($route, $method, undef, Origin => 'https://evil.example'), lets($route, 'none') ? 403 : 401, 'no session, hostile');
	},
);

my @routes = routes();
is_deeply [map { $_->{name} } grep { my $r = $_; "@{[sort keys %{ $matrix{$r->{name}} // {} }]}" ne "@{[sort @{ $r->{methods} }]}" } @routes], [],
    'every route and method is in the matrix';
my %is = map { $_->{name} => 1 } @routes;
is_deeply [grep { !$is{$_} } sort keys %matrix], [], 'and nothing else';

for my $way (sort keys %ways) {
	subtest $way => sub {
		my $before = everything();
		for my $route (@routes) {
			for my $method (@{ $route->{methods} }) {
				my $case = $matrix{ $route->{name} }{$method} or next;
				$ways{$way}->($route, $method, $case);
				$before = everything() if $case->{changes};
				my $after = everything();
				is_deeply [grep { $after->{$_} ne $before->{$_} } sort keys %$after], [], "$method $route->{path}: nothing changed";
				$before = $after;
			}
		}
	};
}

# The table is worth something only if the right ones do get in.
subtest 'the right ones' => sub {
	my %allowed = (settings => \%eve, 'my-credits' => \%eve, session => \%eve, credits => \%eve, 'credit-transactions' => \%eve,
		admin => $operator{admin}, 'admin-invitations' => $operator{admin}, 'admin-roles' => $operator{admin},
		invitations => $operator{driver}, 'my-invitations' => $operator{driver});
	for my $route (grep { $allowed{ $_->{name} } } @routes) {
		is ask($route, 'GET', undef, %{ $allowed{ $route->{name} } })->code, 200, "GET $route->{path}";
	}
	my ($post) = grep { $_->{name} eq 'my-invitations' } @routes;
	is ask($post, 'POST', undef, %{ $operator{driver} })->code, 303, 'a driver invites';
	is ask($_, 'POST', undef, %{ $operator{admin} })->code, 303, "an admin may POST $_->{path}" for grep { $_->{name} eq 'admin-roles' } @routes;
};

done_testing;
