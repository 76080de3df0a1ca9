# SPDX-License-Identifier: MIT
package Gatehouse::Hostile;

# For tests with hostile input: requests that each route accepts, and the
# promise that a bad one gets a typed error and leaves no other trace.

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use Gatehouse;
use Gatehouse::Tables qw(routes errors);
use Mojo::Util 'url_escape';

our @EXPORT = qw(hostile_site harmless refused typed %fields %required);

# What each route's body or query may hold: name => kind; a route of routes.tab
# that is missing here fails the test.  Left out: what may be long or have lines.
our %fields = (
	healthz => {}, metrics => {}, admin => {}, 'rollover-cron' => {}, 'stripe-webhook' => {},
	pricing => { canceled => 'int' }, success => { session_id => 'text', claim => 'int' }, login => { token => 'text' },
	session => {}, 'sign-out' => {}, 'wallet-nonce' => { address => 'text' },
	'session-wallet' => { message => 'text', signature => 'text', session_id => 'text' },
	settings => { map { $_ => 'text' } qw(action language time_zone kind subject session) },
	'admin-invitations' => { map { $_ => 'text' } qw(status q sort cursor show format revoke) },
	'admin-outbox' => { before => 'int', id => 'int', map { $_ => 'text' } qw(state kind act channel job) },
	'admin-roles' => { map { $_ => 'text' } qw(q user_id role act) },
	invitations => { role => 'text', expires_in => 'int', count => 'int', invite_code => 'text', status => 'text', cursor => 'text' },
	'my-invitations' => { cursor => 'text', new => 'text', role => 'text', revoke => 'text' },
	notifications => { id => 'text', cursor => 'text', limit => 'int' },
	'my-notifications' => { cursor => 'text', id => 'text' },
	invite => {}, 'session-telegram' => {}, 'telegram-webhook' => {},
	'auth-telegram' => { invite => 'text', session_id => 'text' }, 'telegram-callback' => { state => 'text', code => 'text', error => 'text' },
	checkout => { price_id => 'text', user_id => 'text', idempotency_key => 'text' },
	users => { external_id => 'text', email => 'text' }, portal => { user_id => 'text' }, 'credit-statement' => { user_id => 'text' }, credits => { user_id => 'text' },
	'credit-meter' => { user_id => 'text', agent => 'text', quantity => 'int', idempotency_key => 'text', metadata => 'object' },
	'credit-transactions' => { user_id => 'text', cursor => 'text', limit => 'int', type => 'text', from => 'text', to => 'text', format => 'text' },
	'credit-explain' => { id => 'text' }, 'my-credits' => { cursor => 'text' },
	'credit-holds' => { user_id => 'text', agent => 'text', quantity => 'int', amount => 'int', idempotency_key => 'text',
		expires_in => 'int', metadata => 'object' },
	'hold-capture' => { hold_id => 'text', amount => 'int', idempotency_key => 'text' }, 'hold-void' => { hold_id => 'text' },
	'get-discord-invite' => { session_id => 'text', order_ref => 'text', user_id => 'text' },
);
our %required = (success => 'session_id', login => 'token', checkout => 'price_id', users => 'external_id', 'credit-meter' => 'agent',
	'credit-holds' => 'user_id', 'credit-explain' => 'id', 'hold-capture' => 'hold_id', 'hold-void' => 'hold_id');

# A site with a user, an order, an invite and a login link, and for each route
# the headers that open it: ($site, {name => headers}).
sub hostile_site {
	my $site = Gatehouse->site;
	$site->sql(q{insert into invites_pool (code, invite_url) values ('h1', 'https://discord.gg/h1')});
	$site->pay($site->user('victim'), 100);
	$site->cli('admin', 'create');
	my %key = $site->bearer($site->key);
	my %open = map { $_->{name} => {} } routes();
	$open{$_} = {%key} for qw(users credits credit-meter credit-transactions credit-explain credit-holds hold-capture hold-void get-discord-invite checkout portal credit-statement);
	my %in = ($site->session, Origin => $site->conf->{PUBLIC_URL});
	$open{$_} = {%in} for qw(admin my-credits session settings admin-invitations admin-outbox admin-roles invitations my-invitations notifications my-notifications);
	$open{metrics} = { 'X-Forwarded-For' => '127.0.0.1' };
	$open{'rollover-cron'} = { $site->bearer($site->conf->{CRON_SECRET}) };
	return ($site, \%open);
}

# A subtest: runs the code, which tests answers; afterwards the database is as
# before, and every program is the same process.
sub harmless ($site, $name, $code) {
	subtest $name => sub {
		my $before = _trace($site);
		$code->();
		is _trace($site), $before, 'nothing changed, every process is alive';
	};
}

sub _trace ($site) {
	my $counts = join ' ', map { "$_=" . $site->value("select count(*) from $_") }
	    qw(sessions service_keys user_activity rollover_runs transaction_lots);
	my $links = $site->value('select count(used_at) from login_links');
	my $pids = join ' ', map { "$_->{name}:" . $site->pid($_->{name}) } routes();
	return join "\n", $site->state, $counts, "links used: $links", $pids;
}

# Is this an error of errors.tab, whole, in the format of a route's face or, for
# what never reached a route, in either?  The code's name, or undef.
sub typed ($res) {
	my %status = errors();
	my $type = $res->headers->content_type // '';
	my $code = $type =~ m{^application/json} ? ($res->json // {})->{error}{code}
	    : $type =~ m{^text/html} && $res->dom->at('main') ? 'page' : undef;
	return undef unless defined $code && ($code eq 'page' || exists $status{$code});
	return $res->body =~ /SQLSTATE|ERROR: |PL\/pgSQL|select api|syntax error|\.c:\d|postgres|libpq|AddressSanitizer/i ? undef : $code;
}

# One test: the request, as for Site's request, is refused by a typed error of
# the 4xx family that finds fault with the input; $want: another pattern.
sub refused ($site, $name, $request, $want = qr/^4(00|13|14|15|22|31)$/) {
	my $res = eval { $site->request(@$request) };
	my $fine = $res && $res->code =~ $want && $res->code < 500 && defined typed($res);
	ok $fine, $name or diag $res ? $res->code . ' ' . substr($res->body, 0, 200) : "no answer: $@";
}

1;
