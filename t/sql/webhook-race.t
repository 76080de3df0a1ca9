# SPDX-License-Identifier: MIT
# Twenty deliveries of every event at once, in random order, from clients that
# are killed in between: the same end state as one clean delivery.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Gatehouse::Stripe qw(event payload payloads session);
use List::Util qw(shuffle);
use Mojo::File qw(path tempfile);
use POSIX ();
use Race;

my $seed = $ENV{GATEHOUSE_SEED} // time;
srand $seed;
diag "GATEHOUSE_SEED=$seed";

my @events = map { payload($_) } payloads();

my $clean = Gatehouse->database;
events_deliver($clean->dbh, @events);
my $want = $clean->state;
like $want, qr/cus_TestAda000001 \| 255 /, 'one clean delivery';

my $db = Gatehouse->database;

# A sender delivers its share; whom it is told to kill, it kills, and delivers
# again what was not acknowledged, as Stripe does.  What went wrong is noted.
sub sender ($share, $log) {
	my $dbh;
	for my $event (@$share) {
		my $body = encode_json($event);
		until (eval {
			$dbh //= $db->cluster->connect($db->name);
			$dbh->do('select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()
				and datname = current_database() and random() < 0.1') if rand() < 0.02;
			$dbh->selectrow_array(q{select api.stripe_webhook(extract(epoch from core.now())::bigint, ?)}, undef, $body);
			1;
		}) {
			my $state = $dbh ? $dbh->state : '08000';
			die $@ unless $state =~ /^(57|08|40)/;
			path($log)->open('>>')->print("$state\n");
			undef $dbh if $state !~ /^40/;
		}
	}
}

my $log = tempfile;
my @senders = map {
	my @share = shuffle @events;
	sub ($) { srand $seed + $$; sender(\@share, $log) };
} 1 .. 20;
ok ask_all($db, @senders), 'twenty senders deliver everything, some killed on the way';
is $db->state, $want, 'one end state';
is verify_clean($db->dbh), '', 'clean books';
is $db->value('select count(*) from stripe_events where deliveries < 20'), 0, 'every delivery that was answered is counted';
unlike $log->slurp, qr/^40/m, 'nobody ran into a deadlock';
like $log->slurp, qr/^(57|08)/m, 'and some were killed indeed';

# The same one event, twenty at the same moment.
my $now  = $db->value('select extract(epoch from core.now())::bigint');
my $body = encode_json(event('checkout.session.completed', session('cs_once', customer => 'cus_once', metadata => { price_id => 'price_once' })));
$db->sql(q{select core.price_apply('{"id":"price_once","product":"prod_once","active":true,"unit_amount":499,"currency":"usd","metadata":{"credits":"100"}}')});
for my $kind (1 .. 3) {
	my $text = $body =~ s/"cs_once"/"cs_once$kind"/r =~ s/"(id)":"evt_[^"]+"/"$1":"evt_once$kind"/r;
	my @got = race($db, map { ['api.stripe_webhook', $now, $text] } 1 .. 20);
	is scalar(grep { ($_->{outcome} // '') eq 'applied' } @got), 1, "one of twenty acts (round $kind)";
	is scalar(grep { ($_->{outcome} // '') eq 'duplicate' } @got), 19, 'nineteen are duplicates';
}

# Different events of one fact, and prices that arrive with the money: no
# payment is left waiting for a price that is there.
for my $round (1 .. 15) {
	my @calls = shuffle(
		(map { event('checkout.session.completed', session("cs_r${round}_$_", customer => "cus_r$_",
			metadata => { price_id => "price_r$round" })) } 1 .. 8),
		event('price.created', { id => "price_r$round", object => 'price', product => 'prod_once', active => true,
			unit_amount => 5, currency => 'usd', metadata => { credits => '10' } }),
		event('price.updated', { id => "price_r$round", object => 'price', product => 'prod_once', active => true,
			unit_amount => 5, currency => 'usd', metadata => { credits => '10' } }));
	my @got = race($db, map { ['api.stripe_webhook', $now, encode_json($_)] } @calls);
	my $bad = grep { ($_->{outcome} // '') ne 'applied' } @got;
	my $left = $db->value("select count(*) from payments where status = 'unpriced' and effect like 'session:cs_r${round}_%'");
	is "$bad $left", '0 0', "money and its price at once: nothing refused, nothing left waiting (round $round)";
}

# First heard of by many events at once, a customer is still one person.
for my $round (1 .. 10) {
	my @got = race($db, map { ['api.stripe_webhook', $now, encode_json(event('checkout.session.completed',
		session("cs_new${round}_$_", customer => "cus_new$round", metadata => { price_id => 'price_once' })))] } 1 .. 8);
	is_deeply [scalar(grep { ($_->{outcome} // '') eq 'applied' } @got), $db->value(q{select balance from credits
		join identities using (user_id) where subject = ?}, "cus_new$round")], [8, 805],
	    "eight payments of a new customer at once: one person with one trial (round $round)";
}
is $db->value('select count(*) from users') - $db->value('select count(*) from identities'), 0, 'and nobody was made in vain';
is verify_clean($db->dbh), '', 'clean books at the end';

done_testing;
