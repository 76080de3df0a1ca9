# SPDX-License-Identifier: MIT
# One customer's year at Stripe, in today's shapes and those of 2020: in whatever
# order its events come and however often, all of the database ends the same,
# column by column.  Each chapter in every order, before, after and amid the rest.
#
# GATEHOUSE_SEED repeats a run; with GATEHOUSE_MINUTES random orders go on so long.

use FindBin;
use lib "$FindBin::Bin/lib";

use Columns qw(columns differences);
use Gatehouse;
use Gatehouse::Stripe 'price';
use Gatehouse::Year qw(year year_of_a_trial bought_before);
use List::Util qw(shuffle);
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my $seed = $ENV{GATEHOUSE_SEED} // time;
srand $seed;
diag "GATEHOUSE_SEED=$seed";
my $ada = $db->value(q{select core.user_create('ada', null)});
my $now = $db->value('select extract(epoch from core.now())::bigint');
my $before = bought_before($ada, $now);
my (@faults, $checked);

# What the member bought before the year, and mostly spent; it is refunded in it.
sub spent_before {
	$db->sql(q{select core.price_apply(?::jsonb, 1)}, encode_json(price('price_old',
		metadata => { credits => '100', discord => 'no' })));
	events_deliver($dbh, $before);
	$db->sql(q{select core.meter_charge(?::uuid, 'chat', 85, null, null)}, $ada);
}

# All columns after these events, which are then undone; now and then with the
# books checked.
sub outcome (@events) {
	$dbh->begin_work;
	$db->sql(q{select core.clock_move(to_timestamp(?) - core.now())}, $now);
	spent_before();
	my @odd = grep { !$_->{received} } events_deliver($dbh, @events);
	my @state = columns($dbh);
	push @faults, $checked++ % 25 ? () : verify_clean($dbh) || ();
	push @faults, encode_json(\@odd) if @odd;
	$dbh->rollback;
	return \@state;
}

# Every order of few things, beginning with the one given.
sub permutations (@items) {
	return [] unless @items;
	return map {
		my $i = $_;
		map { [$items[$i], @$_] } permutations(@items[grep { $_ != $i } 0 .. $#items]);
	} 0 .. $#items;
}

# One test: all of these orders end as the first does; returns that state.
sub same ($name, @orders) {
	my $want = outcome(@{ shift @orders });
	for my $order (@orders) {
		my $differences = differences($want, outcome(@$order)) or next;
		is $differences, '', $name;
		diag 'order: ', join ' ', map { $_->{id} } @$order;
		return $want;
	}
	pass sprintf '%s: %d orders', $name, 1 + @orders;
	return $want;
}

# In any order, some more than once.
sub stirred (@events) { shuffle @events, grep { rand() < 0.3 } @events }
# Amid the rest of the year: some of it before, some after.
sub amid ($rest, @events) {
	my @rest = shuffle @$rest;
	my $cut = int rand @rest + 1;
	return [@rest[0 .. $cut - 1], @events, @rest[$cut .. $#rest]];
}

my $random = 3;
for my $old (0, 1) {
	my $shape = $old ? '2020' : 'today';
	my @chapters = year($ada, now => $now, old => $old);
	my @all = map { @$_[1 .. $#$_] } @chapters;
	note scalar(@all), " events in the shapes of $shape";

	for my $n (1 .. $#chapters) {
		my ($name, @events) = @{ $chapters[$n] };
		# No chapter has a refund beside what ties its charge to the invoice: that waits for the whole year.
		same "$shape: $name, in every order", permutations(grep { $_->{type} ne 'invoice_payment.paid' } @events);
	}
	same "$shape: a trial that is then paid, in every order", map { [(grep { $_->{data}{object}{id} eq 'price_sub' } @all), @$_] }
	    permutations(year_of_a_trial($ada, now => $now, old => $old));
	my %rest = map { my $chapter = $_; $chapter->[0] => [grep { my $event = $_; !grep { $_ == $event } @$chapter[1 .. $#$chapter] } @all] } @chapters;
	same "$shape: each chapter in some order amid the others", \@all, map { my ($name, @events) = @$_; amid($rest{$name}, shuffle @events) } @chapters;
	my @orders = map { my @order = shuffle @all; (\@order, [reverse @order]) } 1 .. $random;
	my $state = same "$shape: the whole year, each two events in both orders", \@all, [reverse @all], @orders;
	same "$shape: the whole year, some events more than once", \@all, map { [stirred(@all)] } 1 .. $random;

	is_deeply [map { /^credits .*"debt": (\d+), "balance": (\d+)/ ? [$2, $1] : () } @$state], [[920, 0]],
	    "$shape: trial and old credits 105 - 85 - 20, months 1000 - 250 - 100, purchases 500 - 250 + 100, the debt of 80 repaid";
	like "@$state", qr/subscriptions [^\n]*"status": "canceled"/, "$shape: canceled is final (stripe/sync-engine#268)";
	is scalar(grep { /^payments .*invoice:in_up.*"status": "none"/ } @$state), 1, "$shape: llmgateway#2479: the plan change minted nothing";
}

if (my $minutes = $ENV{GATEHOUSE_MINUTES}) {
	my ($end, $n, $fault) = (time + 60 * $minutes, 0, '');
	while (!$fault && time < $end) {
		my @all = map { @$_[1 .. $#$_] } year($ada, now => $now, old => $n++ % 2);
		$fault = differences(outcome(@all), outcome(stirred(@all)));
	}
	is $fault, '', "$n random orders";
	diag "$n random orders were the same";
}
is "@faults", '', 'the books were clean whenever they were checked';

done_testing;
