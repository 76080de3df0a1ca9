# SPDX-License-Identifier: MIT
package History;

# A random history of a few accounts, played on the wallet and on the model of
# its rules at once.  A history is a list of steps [name, seed]: a step draws what
# it needs from its own seed, so that any part of a history can be played.

use Mojo::Base -base, -signatures;

use Exporter 'import';
use Gatehouse::Stripe qw(event session invoice subscription price);
use List::Util qw(max min shuffle sum0);
use Model;
use Mojo::JSON qw(encode_json from_json);
use Race;

our @EXPORT_OK = qw(steps shortest);

# db; model; told: what each step did, in a line; charges: Stripe's side of it.
has [qw(db model)];
has [qw(told people events charges)] => sub { [] };
has n => 0;

my $app = key_caller('ab' x 32);

# How often each step comes.
my %often = (meter => 20, batch => 6, hold => 9, capture => 7, void => 5, pass => 18, grant => 8, buy => 7, guest => 1,
	subscribe => 3, renew => 6, change => 2, fails => 2, cancel => 1, refund => 6, refund_fails => 2, dispute => 4,
	dispute_ends => 4, storm => 4, again => 3, month => 4, sweep => 2, look => 5, zone => 1, rule => 2, newcomer => 1,
	abandon => 2);
my @bag = map { ($_) x $often{$_} } sort keys %often;

my %plan = (price_m => { credits => 250, cents => 2000 }, price_p => { credits => 600, cents => 4000 });
my %item = (price_a => { credits => 100, cents => 1000 }, price_b => { credits => 7, cents => 333 },
	price_c => { credits => 500, cents => 5000 });
my @zones = ('UTC', 'America/New_York', 'Pacific/Kiritimati', 'Asia/Kathmandu', 'Europe/Madrid', 'Australia/Lord_Howe');

# The steps of a history of that seed.
sub steps ($seed, $length) {
	srand $seed;
	return ['start', int rand 1e9], map { [$bag[rand @bag], int rand 1e9] } 1 .. $length;
}

# Makes what all histories have in common: the application's key, prices.
sub prepare ($db) {
	$db->sql(q{select core.key_create('app', ?)}, 'ab' x 32);
	my %all = (%item, %plan);
	$db->sql('select core.price_apply(?::jsonb, 1)', encode_json(price($_, unit_amount => $all{$_}{cents},
		metadata => { credits => "$all{$_}{credits}", discord => 'no' }))) for sort keys %all;
}

# Plays the steps and takes them back; returns what was wrong, '' for nothing.
sub play ($class, $db, @steps) {
	my $self = $class->new(db => $db, model => Model->new(plans => \%plan));
	$db->dbh->begin_work;
	my $fault = '';
	for my $step (@steps, ['finish', 1]) {
		my ($name, $seed) = @$step;
		srand $seed;
		$fault = eval { $self->$name } // "died: $@";
		last if $fault;
	}
	$db->dbh->rollback;
	return $fault && $self->readable(join "\n", (map { "  $_" } @{ $self->told }), $fault);
}

# With names instead of ids.
sub readable ($self, $text) {
	my $n = 0;
	for my $id (@{ $self->people }) {
		$n++;
		$text =~ s/$id/user$n/g;
	}
	return $text;
}

# The shortest part of a failing history that still fails, by leaving out ever
# smaller parts of it.
sub shortest ($db, @steps) {
	for (my $size = @steps / 2; $size >= 1; $size = $size > 1 ? int(($size + 1) / 2) : 0) {
		for (my $from = 1; $from < @steps;) {
			my @less = @steps;
			splice @less, $from, $size;
			History->play($db, @less) ? (@steps = @less) : ($from += $size);
		}
	}
	return @steps;
}

# ---- means of the steps ----------------------------------------------------------------

sub tell ($self, $format, @values) { push @{ $self->told }, sprintf $format, map { $_ // '-' } @values; '' }
sub any (@of) { $of[rand @of] }
sub chance ($p) { rand() < $p }

# Calls the function as the route does; what it raises leaves no trace.
sub call ($self, $function, @args) {
	$self->db->dbh->do('savepoint step');
	my $got = ask($self->db->dbh, $function, @args);
	$self->db->dbh->do(ref $got eq 'HASH' && $got->{error} ? 'rollback to step' : 'release step');
	return $got;
}

# The answers of a function that returns one for each item; it never raises.
sub call_each ($self, $function, @args) {
	my $places = join ',', ('?') x @args;
	return from_json $self->db->dbh->selectrow_array("select jsonb_agg(a)::text from $function($places) a", {}, @args);
}

# What is wrong with an answer: every member of $want must be so.
sub unlike ($got, $want) {
	for my $member (sort keys %$want) {
		my ($is, $be) = map { $_->{$member} // 'nothing' } $got, $want;
		$is = $is ? 1 : 0 if ref $is;
		return "answer: $member is $is, should be $be: " . encode_json($got) if $is ne $be;
	}
	return $want->{error} || !$got->{error} ? '' : 'refused: ' . encode_json($got);
}

# Somebody of these accounts; also one that was absorbed.
sub somebody ($self) { any(@{ $self->people }) }
# Few keys, so that they meet; mostly none.
sub some_key { chance(0.7) ? undef : 'k' . int rand 5 }
sub fresh ($self, $prefix) { $self->n($self->n + 1); $prefix . $self->n }

# ---- people and time ---------------------------------------------------------------------

sub start ($self) {
	my $at = any('2027-01-30 22:00', '2027-02-27 09:00', '2027-03-13 20:00', '2027-03-27 23:59:57', '2027-12-31 10:30', '2028-02-28 12:00');
	$self->db->sql(q{select core.clock_move((? || '+00')::timestamptz - core.now())}, $at);
	$self->model->now($self->db->value('select extract(epoch from core.now())::bigint'));
	$self->tell('start %s', $at);
	$self->newcomer, $self->newcomer;
	return '';
}

sub newcomer ($self) {
	return '' if @{ $self->people } > 4;
	my $code = @{ $self->people } && chance(0.5)
	    ? $self->db->value('select code from referral_codes where user_id = ?', $self->people->[0]) : undef;
	my $name = $self->fresh('person');
	my $id = $self->call('api.users', $app, $name, undef, $code)->{user}{id};
	push @{ $self->people }, $id;
	$self->model->join_in($id);
	return $self->tell('%s joins as %s', $name, $id);
}

sub zone ($self) {
	my ($user, $zone) = ($self->model->person($self->somebody), any(@zones));
	$self->db->sql('update users set time_zone = ? where id = ?', $zone, $user);
	$self->model->people->{$user}{zone} = $zone;
	return $self->tell('%s lives in %s', $user, $zone);
}

# Seconds until the next midnight there, or until the next month.
sub until_midnight ($self) { 86400 - ($self->model->now + any(0, -4, 5.5, 14, 10.5) * 3600) % 86400 }
sub until_month ($self) {
	my ($mon, $year) = (gmtime $self->model->now)[4, 5];
	return Time::Local::timegm(0, 0, 0, 1, ($mon + 1) % 12, $year + ($mon == 11)) - $self->model->now;
}

sub pass ($self) {
	my $seconds = any(1 + int rand 60, 600 * (1 + int rand 12), 3600 * (1 + int rand 30), 86400 * (1 + int rand 9),
		$self->until_midnight + any(-1, 0, 1), $self->until_midnight + 43200, $self->until_month + any(-1, 0, 1, 3600));
	$self->wait_for($seconds);
	return $self->tell('%d seconds pass', $seconds);
}

sub wait_for ($self, $seconds) {
	$self->db->clock_move("$seconds seconds");
	$self->model->pass($seconds);
}

# ---- spending ------------------------------------------------------------------------------

sub meter ($self) {
	my @item = ($self->somebody, any(qw(chat image)), any(1, 1, 2, 3, 7, 20, 60), some_key());
	$self->tell('%s spends on %s times %s, key %s', @item);
	my ($want) = $self->model->charge(\@item);
	return unlike($self->call('api.credit_meter', $app, @item, undef), $want);
}

sub batch ($self) {
	my @items = map { [$self->somebody, any(qw(chat image)), any(1, 2, 5, 30), some_key()] } 1 .. 1 + int rand 6;
	$self->tell('together: ' . join '; ', map { "$_->[0] on $_->[1] times $_->[2], key " . ($_->[3] // '-') } @items);
	my @columns = map { my $i = $_; [map { $_->[$i] } @items] } 0 .. 3;
	my $got  = $self->call_each('api.credit_meter_batch', [map { "r$_" } @items], [($app) x @items], @columns, [(undef) x @items]);
	my @want = $self->model->charge(@items);
	my ($wrong) = grep { length } map { unlike({ %{ $got->[$_]{detail} // {} }, %{ $got->[$_] } }, $want[$_]) } 0 .. $#items;
	return $wrong // '';
}

sub hold ($self) {
	my @args = ($self->somebody, any(1, 3, 10, 40, 150), any(1, 60, 3600, 86400), some_key());
	$self->tell('%s holds %s for %s s, key %s', @args);
	my ($user, $amount, $seconds, $key) = @args;
	my $known = @{ $self->model->holds };
	my $want  = $self->model->hold(@args);
	my $got   = $self->call('api.credit_hold', $app, $user, undef, undef, $amount, $key, $seconds, undef);
	$self->model->holds->[-1]{id} = $got->{hold_id} if @{ $self->model->holds } > $known;
	return unlike($got, $want);
}

sub capture ($self) { $self->end_hold(1) }
sub void ($self) { $self->end_hold(0) }

sub end_hold ($self, $spend) {
	my @open = grep { $_->{state} eq 'held' } @{ $self->model->holds };
	my $hold = any(@open && chance(0.7) ? @open : @{ $self->model->holds }) or return '';
	my $amount = $spend ? 1 + int rand($hold->{amount} + 0.2) : 0;
	my $key = $spend ? some_key() : undef;
	$self->tell('of hold %s of %s %s is captured, key %s', $hold->{id}, $hold->{amount}, $amount, $key);
	my $want = $self->model->finish($hold, $amount, $key);
	return unlike($spend ? $self->call('api.hold_capture', $app, $hold->{id}, $amount, $key)
		: $self->call('api.hold_void', $app, $hold->{id}), $want);
}

# A client that goes away before the commit.
sub abandon ($self) {
	my $user = $self->somebody;
	$self->db->dbh->do('savepoint abandoned');
	$self->call(@$_) for shuffle ['api.credit_meter', $app, $user, 'chat', 1, undef, undef],
	    ['api.credit_hold', $app, $user, undef, undef, 1, undef, 60, undef], ['api.rollover_cron', '{"cron":true}'];
	$self->db->dbh->do('rollback to abandoned');
	return $self->tell('%s gives up half-way', $user);
}

sub grant ($self) {
	my ($user, $source, $amount) = ($self->model->person($self->somebody), any(qw(bonus adjustment purchase)), 1 + int rand 80);
	my $life = chance(0.6) ? any(1, 3600, 86400 * 3, 86400 * 40) : undef;
	my $effect = $self->fresh('gift:');
	$self->wait_for(1);
	$self->tell('%s is given %s (%s) for %s s', $user, $amount, $source, $life);
	$self->db->sql(q{select core.credits_grant(?, ?, ?, ?, core.now(), null, core.now() + ? * interval '1 second')},
		$user, $source, $amount, $effect, $life);
	$self->model->grant($user, $source, $amount, $effect, expires => defined $life ? $self->model->now + $life : undef);
	return '';
}

# ---- what Stripe tells -----------------------------------------------------------------------

# Delivers events in any order, some twice.
sub deliver ($self, @events) {
	push @{ $self->events }, @events;
	my @odd = grep { !$_->{received} } events_deliver($self->db->dbh, shuffle @events, grep { chance(0.3) } @events);
	return @odd ? 'an event was refused: ' . encode_json(\@odd) : '';
}

# An event that happens now.  Each grant has a second of its
# own, as in life: what is granted first repays first.
sub happens ($self, $type, $object) { event($type, $object, created => $self->model->now) }

# A stranger's account gets its name from the payment that made it.
sub name_strangers ($self) {
	for my $name (grep { /^new:/ } keys %{ $self->model->people }) {
		my $id = $self->db->value('select user_id from payments where effect = ?', $name =~ s/^new://r) // return "nobody for $name";
		my $who = delete $self->model->people->{$name};
		$self->model->people->{ $who->{name} = $id } = $who;
		$_->{effect} =~ s/\Q$name\E/$id/ for $self->model->lots_of($name);
		$_->{user} = $id for grep { $_->{user} eq $name } @{ $self->model->lots }, values %{ $self->model->payments }, values %{ $self->model->subs };
		$_ = $id for grep { $_ eq $name } values %{ $self->model->customers };
		push @{ $self->people }, $id;
	}
	return '';
}

# The events of one of these, told and counted by the model; then the delivery.
sub told_by ($self, @events) { $self->deliver(@events) || $self->name_strangers }

sub charge_for ($self, $effect, $amount, %tie) {
	push @{ $self->charges }, { id => "ch_$effect" =~ s/.*:/ch_/r, effect => $effect, amount => $amount, refunds => [], disputes => [], %tie };
}

sub customer { any('cus_1', 'cus_2', 'cus_3') }

sub buy_events ($self, $named, $customer) {
	my ($price, $id) = (any(sort keys %item), $self->fresh('cs_'));
	my $user = $self->model->payer($named, $customer, "new:session:$id");
	$self->tell('%s buys %s as %s, customer %s', $user, $price, $id, $customer);
	$self->model->pay($user, 'purchase', "session:$id", @{ $item{$price} }{qw(cents credits)}, $self->model->now);
	$self->charge_for("session:$id", $item{$price}{cents}, payment_intent => "pi_$id");
	return $self->happens('checkout.session.completed', session($id, amount_total => $item{$price}{cents}, customer => $customer,
		metadata => { price_id => $price, $named ? (user_id => $named) : () }));
}

sub buy ($self) { $self->wait_for(1); $self->told_by($self->buy_events($self->named, chance(0.5) ? customer() : undef)) }
sub guest ($self) { $self->wait_for(1); $self->told_by($self->buy_events(undef, undef)) }

# Somebody of the application's own.
sub named ($self) { any(grep { !$self->model->people->{$_}{into} && !$self->model->people->{$_}{placeholder} } @{ $self->people }) }

sub subscribe ($self) {
	$self->wait_for(1);
	my ($id, $customer, $named) = ($self->fresh('sub_'), customer(), chance(0.5) ? $self->named : undef);
	my $plan = any(sort keys %plan);
	$self->model->subs->{$id} = { id => $id, customer => $customer, named => $named, plan => $plan, status => 'active', old => chance(0.3) };
	my @events = $self->bill_events($id, 'subscription_create');
	return $self->told_by(@events, $self->subscription_event($id, 'created'));
}

sub subscription_event ($self, $id, $type) {
	my $sub = $self->model->subs->{$id};
	return $self->happens("customer.subscription.$type", subscription($id, $sub->{plan}, customer => $sub->{customer},
		status => $sub->{status}, 2020 => $sub->{old}));
}

# A paid invoice in the shape of its time, and what ties its charge to it.
sub bill_events ($self, $id, $reason, $cents = undef) {
	my $sub  = $self->model->subs->{$id};
	my $bill = $self->fresh('in_');
	my $plan = $plan{ $sub->{plan} };
	my %fields = (price => $sub->{plan}, subscription => $id, customer => $sub->{customer}, billing_reason => $reason, 2020 => $sub->{old},
		map { $_ => $cents // $plan->{cents} } qw(amount_paid amount_due total));
	my $invoice = invoice($bill, %fields, $sub->{old} ? (charge => "ch_$bill") : ());
	my $meta = $sub->{named} ? { user_id => $sub->{named} } : {};
	$sub->{old} ? ($invoice->{lines}{data}[0]{metadata} = $meta) : ($invoice->{parent}{subscription_details}{metadata} = $meta);
	$self->tell('%s bills %s (%s) as %s, customer %s', $id, $sub->{plan}, $reason, $bill, $sub->{customer});
	if ($reason ne 'subscription_update') {
		my $user = $self->model->payer($sub->{named} // $sub->{user}, $sub->{customer}, "new:invoice:$bill");
		$sub->{user} = $user;
		$self->model->pay($user, 'subscription', "invoice:$bill", @$plan{qw(cents credits)}, $self->model->now, $sub->{plan});
		$self->charge_for("invoice:$bill", $plan->{cents}, $sub->{old} ? (invoice => $bill) : (payment_intent => "pi_$bill"));
	}
	return ($self->happens('invoice.paid', $invoice), $sub->{old} ? () : $self->happens('invoice_payment.paid',
		{ id => "inpay_$bill", object => 'invoice_payment', invoice => $bill, status => 'paid',
		payment => { type => 'payment_intent', payment_intent => "pi_$bill" } }));
}

sub some_sub ($self) { any(map { $_->{id} } grep { $_->{status} ne 'canceled' } map { $self->model->subs->{$_} } sort keys %{ $self->model->subs }) }

sub renew ($self) {
	my $id = $self->some_sub // return '';
	$self->wait_for(1);
	$self->model->subs->{$id}{status} = 'active';
	return $self->told_by($self->bill_events($id, 'subscription_cycle'), $self->subscription_event($id, 'updated'));
}

sub change ($self) {
	my $id = $self->some_sub // return '';
	$self->wait_for(1);
	$self->model->subs->{$id}{plan} = any(sort keys %plan);
	return $self->told_by($self->bill_events($id, 'subscription_update', 700), $self->subscription_event($id, 'updated'));
}

sub fails ($self) {
	my $id = $self->some_sub // return '';
	$self->wait_for(1);
	my $sub = $self->model->subs->{$id};
	$sub->{status} = 'past_due';
	$self->tell('a renewal of %s fails', $id);
	return $self->told_by($self->subscription_event($id, 'updated'), $self->happens('invoice.payment_failed',
		invoice($self->fresh('in_'), price => $sub->{plan}, subscription => $id, customer => $sub->{customer}, amount_paid => 0, 2020 => $sub->{old})));
}

sub cancel ($self) {
	my $id = $self->some_sub // return '';
	$self->wait_for(1);
	$self->model->subs->{$id}{status} = 'canceled';
	$self->tell('%s is canceled', $id);
	return $self->told_by($self->subscription_event($id, 'deleted'));
}

# ---- money that goes back --------------------------------------------------------------------

# All that is out of our hands; the model hears of it.
sub reversed ($self, $charge, $since) {
	my $cents = sum0 map { $_->{amount} } (grep { !$_->{failed} } @{ $charge->{refunds} }), grep { $_->{status} ne 'won' } @{ $charge->{disputes} };
	$self->model->reverse($charge->{effect}, $cents, $since);
}

# What ties a refund or a dispute to its charge.
sub tie_of ($charge) { return (charge => $charge->{id}, $charge->{payment_intent} ? (payment_intent => $charge->{payment_intent}) : ()) }

sub refund_events ($self) {
	my $charge = any(@{ $self->charges }) or return ();
	my $back   = sum0 map { $_->{amount} } grep { !$_->{failed} } @{ $charge->{refunds} };
	my $left   = $charge->{amount} - $back or return ();
	my $refund = { id => $self->fresh('re_'), amount => chance(0.4) ? $left : 1 + int rand $left };
	push @{ $charge->{refunds} }, $refund;
	$self->tell('%s cents of %s go back as %s', $refund->{amount}, $charge->{effect}, $refund->{id});
	$self->reversed($charge, $self->model->now);
	return ($self->happens('refund.created', { %$refund, object => 'refund', status => 'succeeded', created => $self->model->now, tie_of($charge) }),
		$self->happens('charge.refunded', { id => $charge->{id}, object => 'charge', amount => $charge->{amount},
			amount_refunded => $back + $refund->{amount}, map { $_ => $charge->{$_} } qw(payment_intent invoice) }));
}

sub refund ($self) { $self->wait_for(1); $self->told_by($self->refund_events) }

sub refund_fails ($self) {
	my ($charge, $refund) = @{ any(map { my $c = $_; map { [$c, $_] } grep { !$_->{failed} } @{ $c->{refunds} } } @{ $self->charges }) // return '' };
	$self->wait_for(1);
	$refund->{failed} = 1;
	$self->tell('%s fails', $refund->{id});
	$self->reversed($charge, $self->model->now);
	return $self->told_by($self->happens(any('refund.failed', 'refund.updated', 'charge.refund.updated'), { id => $refund->{id},
		object => 'refund', amount => $refund->{amount}, status => any('failed', 'canceled'), created => $self->model->now, tie_of($charge) }));
}

sub dispute_event ($self, $charge, $dispute, $what) {
	return $self->happens("charge.dispute.$what", { %$dispute, object => 'dispute', tie_of($charge) });
}

sub dispute_events ($self) {
	my $charge = any(grep { !@{ $_->{disputes} } } @{ $self->charges }) or return ();
	my $dispute = { id => $self->fresh('du_'), amount => chance(0.6) ? $charge->{amount} : 1 + int rand $charge->{amount},
		status => 'needs_response', created => $self->model->now };
	push @{ $charge->{disputes} }, $dispute;
	$self->tell('%s cents of %s are disputed as %s', $dispute->{amount}, $charge->{effect}, $dispute->{id});
	$self->reversed($charge, $self->model->now);
	return map { $self->dispute_event($charge, $dispute, $_) } qw(created funds_withdrawn);
}

sub dispute ($self) { $self->wait_for(1); $self->told_by($self->dispute_events) }

# Won, lost, or lost and won after all.
sub dispute_ends ($self) {
	my ($charge, $dispute) = @{ any(map { my $c = $_; map { [$c, $_] } grep { $_->{status} ne 'won' } @{ $c->{disputes} } } @{ $self->charges }) // return '' };
	$self->wait_for(1);
	$dispute->{status} = $dispute->{status} eq 'lost' || chance(0.5) ? 'won' : 'lost';
	$self->tell('%s is %s', @$dispute{qw(id status)});
	$self->reversed($charge, $self->model->now);
	return $self->told_by(map { $self->dispute_event($charge, $dispute, $_) } 'closed', $dispute->{status} eq 'won' ? 'funds_reinstated' : ());
}

# Several of Stripe's events between two of ours, in any order.
sub storm ($self) {
	my @events;
	for (1 .. 2 + int rand 4) {
		$self->wait_for(1);
		push @events, any(sub { $self->refund_events }, sub { $self->dispute_events }, sub { $self->buy_events($self->named, undef) })->();
	}
	return $self->told_by(@events);
}

# Old events once more.
sub again ($self) {
	my @old = grep { $_ } map { any(@{ $self->events }) } 1 .. 3;
	return $self->tell('old events again: %s', join ' ', map { $_->{id} } @old) || $self->deliver(@old);
}

# ---- the books -----------------------------------------------------------------------------

sub month ($self) {
	$self->wait_for(1);
	$self->tell('the month is rolled over');
	my $want = $self->model->month;
	return unlike($self->call('api.rollover_cron', '{"cron":true}'), $want);
}

sub rule ($self) {
	my ($plan, $min) = (any('*', sort keys %plan), any(0, 0, 20, 300));
	my $max = any(undef, 0, 100, 300, 700);
	$max = max($min, $max) if defined $max;
	$self->db->sql(q{insert into rollover_rules (plan, rollover_min, rollover_max) values (?, ?, ?)
		on conflict (plan) do update set (rollover_min, rollover_max) = (excluded.rollover_min, excluded.rollover_max)}, $plan, $min, $max);
	$self->model->rules->{$plan} = [$min, $max];
	return $self->tell('of %s at least %s and at most %s are kept', $plan, $min, $max);
}

# What a member sees, swept or not.
sub look ($self) {
	my $name = $self->somebody;
	my $user = $self->model->person($name);
	my $got  = $self->call('api.credits', $app, $name);
	$got->{lots} = join ' ', map { "$_->{source}:$_->{remaining}" } @{ $got->{lots} };
	my $lots = join ' ', map { "$_->{source}:$_->{remaining}" } grep { $_->{remaining} } Model::burn_order($self->model->lots_of($user));
	$self->tell('%s looks', $name);
	return unlike($got, { lots => $lots, (map { $_ => $self->model->balance($user) } qw(balance available)),
		held => $self->model->held($user), debt => $self->model->debt($user) });
}

# The sweep changes how the books look and nothing else.
sub sweep ($self) {
	$self->tell('the books are swept');
	$self->db->sql('select core.expiry_sweep(1000)');
	my ($is, $be) = ([$self->rows], [$self->rows_wanted]);
	my %be = map { $_ => 1 } @$be;
	my %is = map { $_ => 1 } @$is;
	return join "\n", (map { "is     $_" } grep { !$be{$_} } @$is), map { "should $_" } grep { !$is{$_} } @$be;
}

sub finish ($self) { $self->sweep || verify_clean($self->db->dbh) }

# Every account, lot and hold, and all that was spent, in lines.
sub rows ($self) {
	return @{ $self->db->dbh->selectcol_arrayref(q{
		select concat_ws(' ', 'account', user_id, balance, debt) from credits
		union all select concat_ws(' ', 'lot', effect, user_id, amount, remaining, clawed, lent) from credit_lots
		union all select concat_ws(' ', 'hold', id, user_id, amount, state, captured) from credit_holds
		union all select concat_ws(' ', 'spent', user_id, -sum(amount)) from credit_transactions where type = 'usage' group by user_id
		union all select concat_ws(' ', 'lapsed', coalesce(-sum(amount), 0)) from credit_transactions where type = 'expiry'}) };
}

sub rows_wanted ($self) {
	my $model = $self->model;
	return (map({ join ' ', 'account', $_, $model->balance($_), $model->debt($_) } keys %{ $model->people }),
		map({ join ' ', 'lot', @$_{qw(effect user amount remaining clawed lent)} } @{ $model->lots }),
		map({ join ' ', 'hold', @$_{qw(id user amount state captured)} } @{ $model->holds }),
		map({ "spent $_ " . $model->spent->{$_} } keys %{ $model->spent }),
		'lapsed ' . sum0(map { $_->{lapsed} } @{ $model->lots }));
}

1;
