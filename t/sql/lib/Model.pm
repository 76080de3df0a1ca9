# SPDX-License-Identifier: MIT
package Model;

# The rules of the wallet told once more, plainly and without a database: what
# an account holds after whatever happened to it.  Nothing here is fast, lazy or
# booked; what has run out is gone at once, and what went back is worked out
# anew after every step.  The tests hold the real wallet against it.

use Mojo::Base -base, -signatures;

use List::Util qw(max min sum0);
use POSIX ();
use Time::Local 'timegm';

# now: seconds.  people: name -> {id, zone, days, awards, into, placeholder}.
# lots, holds: in the order of their making.  payments: effect -> {user, amount
# and reversed in cents, credits, since: when money went back first}.  keys:
# account and idempotency key -> what was asked and answered.  customers: Stripe's
# id -> name.  subs: id -> {user, plan, status}.  rules: plan -> [min, max].
# runs: month -> what was said.  spent: account -> credits.
has now => 0;
has [qw(people payments keys customers subs runs spent)] => sub { {} };
has [qw(lots holds)] => sub { [] };
has rules  => sub { { '*' => [0, undef] } };
has plans  => sub { {} };
has agents => sub { { chat => 1, image => 5 } };
has streaks => sub { [[3, 1], [7, 5], [30, 25]] };

# ---- accounts ------------------------------------------------------------------------

sub person ($self, $name) { $self->people->{$name}{into} // $name }
sub lots_of ($self, $user) { grep { $_->{user} eq $user } @{ $self->lots } }
sub balance ($self, $user) { sum0 map { $_->{remaining} } $self->lots_of($user) }
sub held ($self, $user) { sum0 map { $_->{amount} } grep { $_->{user} eq $user && $_->{state} eq 'held' } @{ $self->holds } }
sub debt ($self, $user) { $self->people->{$user}{debt} // 0 }

# A new person with the trial.
sub join_in ($self, $name, %fields) {
	$self->people->{$name} = { name => $name, zone => 'UTC', days => {}, awards => {}, %fields };
	$self->grant($name, 'trial', 5, "trial:$name");
}

# A new lot; %o: granted, expires (seconds), plan.
sub grant ($self, $user, $source, $amount, $effect, %o) {
	push @{ $self->lots }, { n => scalar @{ $self->lots }, user => $user, source => $source, amount => $amount,
		remaining => $amount, clawed => 0, lent => 0, lapsed => 0, effect => $effect, granted => $self->now, %o };
	$self->settle;
}

sub order ($x, $y, @keys) {
	for my $key (@keys) {
		my $less = $key->($x, $y);
		return $less if $less;
	}
	return $x->{n} <=> $y->{n};
}

my %paid = map { $_ => 1 } qw(purchase subscription rollover);

# The order in which lots burn: what expires first, gifts before what was paid
# for, the oldest.
sub burn_order (@lots) {
	return sort { order($a, $b,
		sub ($x, $y) { ($x->{expires} // 9e15) <=> ($y->{expires} // 9e15) },
		sub ($x, $y) { ($paid{ $x->{source} } // 0) <=> ($paid{ $y->{source} } // 0) },
		sub ($x, $y) { $x->{granted} <=> $y->{granted} }) } @lots;
}

# Takes credits from these lots, of each at most what is allowed; the parts.
sub burn ($cost, @shares) {
	my @parts;
	for (@shares) {
		my ($lot, $most) = @$_;
		my $part = min($cost, $most) or next;
		$lot->{remaining} -= $part;
		$cost -= $part;
		push @parts, [$lot, $part];
	}
	return @parts;
}

# ---- time ------------------------------------------------------------------------------

sub pass ($self, $seconds) {
	$self->now($self->now + $seconds);
	$self->settle;
}

# Brings every account to what is true now: holds that have run out give back,
# what comes back repays first, and lots whose time is over are empty.
sub settle ($self) {
	for my $hold (grep { $_->{state} eq 'held' && $_->{expires} <= $self->now } @{ $self->holds }) {
		$self->give_back($hold);
		$hold->{state} = 'expired';
	}
	$self->repay($_) for keys %{ $self->people };
	for my $lot (grep { defined $_->{expires} && $_->{expires} <= $self->now } @{ $self->lots }) {
		$self->end($lot, $lot->{remaining});
	}
}

sub end ($self, $lot, $credits) {
	$lot->{remaining} -= $credits;
	$lot->{lapsed} += $credits;
}

sub give_back ($self, $hold) { $_->[0]{remaining} += $_->[1] for @{ $hold->{parts} } }

# The calendar day there, as days since 1970.
sub day ($self, $zone) {
	local $ENV{TZ} = $zone;
	POSIX::tzset();
	my @t = localtime $self->now;
	return timegm(0, 0, 0, @t[3, 4, 5]) / 86400;
}

# A day of activity and what it brings.
sub active ($self, $user) {
	my $who = $self->people->{$user};
	my $day = $self->day($who->{zone});
	return if $who->{days}{$day}++;
	my $run = 1;
	$run++ while $who->{days}{ $day - $run };
	for my $rule (grep { $_->[0] <= $run && !$who->{awards}{ $_->[0] } } @{ $self->streaks }) {
		$who->{awards}{ $rule->[0] } = 1;
		$self->grant($user, 'bonus', $rule->[1], "streak:$rule->[0]:$user");
	}
}

# ---- spending --------------------------------------------------------------------------

# What a key was used for before: a replay, a conflict, or nothing.
sub replay ($self, $user, $key, $asked) {
	my $past = defined $key && $self->keys->{$user}{$key} or return;
	return $past->{asked} eq $asked ? { %{ $past->{answer} }, replayed => 1 } : { error => 'idempotency_conflict' };
}

sub answered ($self, $user, $key, $asked, $answer) {
	$self->keys->{$user}{$key} = { asked => $asked, answer => $answer } if defined $key;
	return { %$answer, replayed => 0 };
}

# The parts that pay, or the error.
sub take ($self, $user, $cost) {
	my $balance = $self->balance($user);
	return { error => 'insufficient_credits', balance => $balance, required => $cost } if $balance < $cost;
	return [burn($cost, map { [$_, $_->{remaining}] } burn_order($self->lots_of($user)))];
}

# Charges in the order given, [user, agent, quantity, key] each; days of activity
# count when all is done.  The answers.
sub charge ($self, @items) {
	my (@answers, %active);
	for (@items) {
		my ($name, $agent, $quantity, $key) = @$_;
		my ($user, $cost) = ($self->person($name), $quantity * $self->agents->{$agent});
		my $answer = $self->replay($user, $key, "meter $agent $quantity");
		if (!$answer) {
			my $paid = $self->take($user, $cost);
			$self->spent->{$user} += $cost, $active{$user} = 1 if ref $paid eq 'ARRAY';
			$answer = ref $paid eq 'HASH' ? $paid : $self->answered($user, $key, "meter $agent $quantity",
				{ charged => $cost, balance => $self->balance($user) });
		}
		push @answers, $answer;
	}
	$self->active($_) for sort keys %active;
	return @answers;
}

sub hold ($self, $name, $amount, $seconds, $key) {
	my $user = $self->person($name);
	my $past = $self->replay($user, $key, "hold $amount $seconds");
	return $past if $past;
	my $parts = $self->take($user, $amount);
	return $parts if ref $parts eq 'HASH';
	push @{ $self->holds }, { user => $user, amount => $amount, parts => $parts, state => 'held', captured => 0,
		expires => $self->now + $seconds };
	return $self->answered($user, $key, "hold $amount $seconds", { held => $amount, balance => $self->balance($user) });
}

# Spends that much of a hold and gives the rest back; 0: all of it.
sub finish ($self, $hold, $amount, $key) {
	my $asked = "capture $hold->{id} $amount";
	my $past  = $self->replay($hold->{user}, $key, $asked);
	return $past if $past;
	return { %{ $hold->{answer} }, replayed => 1 } if !$amount && $hold->{state} eq 'voided';
	return { error => 'invalid_field' } if $amount > $hold->{amount};
	return { error => $hold->{state} eq 'expired' ? 'hold_expired' : 'hold_settled' } if $hold->{state} ne 'held';
	$self->give_back($hold);
	my %most = map { $_->[0]{n} => $_->[1] } @{ $hold->{parts} };
	burn($amount, map { [$_, $most{ $_->{n} }] } burn_order(map { $_->[0] } @{ $hold->{parts} }));
	@$hold{qw(state captured)} = ($amount ? 'captured' : 'voided', $amount);
	$self->spent->{ $hold->{user} } += $amount, $self->active($hold->{user}) if $amount;
	$self->settle;
	$hold->{answer} = { charged => $amount, released => $hold->{amount} - $amount, balance => $self->balance($hold->{user}) };
	return $self->answered($hold->{user}, $key, $asked, $hold->{answer});
}

# ---- money -----------------------------------------------------------------------------

# Who pays: the person named, else who stands behind the customer, else somebody
# new, called $new.  A stranger who turns out to be named was that person always.
sub payer ($self, $named, $customer, $new) {
	my $known = defined $customer ? $self->customers->{$customer} : undef;
	my $user  = defined $named ? $self->person($named) : $known;
	if (!defined $user) {
		$self->join_in($new, placeholder => 1);
		$user = $new;
	}
	$self->customers->{$customer} //= $user if defined $customer;
	$self->absorb($known, $user) if defined $known && $known ne $user && $self->people->{$known}{placeholder};
	return $user;
}

# Money came and bought credits.
sub pay ($self, $user, $source, $effect, $amount, $credits, $at, $plan = undef) {
	$self->payments->{$effect} = { user => $user, amount => $amount, credits => $credits, reversed => 0 };
	$self->grant($user, $source, $credits, $effect, granted => $at, plan => $plan) if $credits;
}

# So much of a payment is back with the payer, since then.
sub reverse ($self, $effect, $cents, $since) {
	my $payment = $self->payments->{$effect} or return;
	@$payment{qw(reversed since)} = (min($cents, $payment->{amount}), min($since, $payment->{since} // $since));
	$self->settle;
}

sub clawed ($payment) { int($payment->{credits} * $payment->{reversed} / $payment->{amount}) }

# A reversed payment takes from its own lot; what was spent of it is owed from
# then on, and repaid by what comes after.  What ran out unspent is not owed.
sub repay ($self, $user) {
	my %lot = map { $_->{effect} => $_ } @{ $self->lots };
	my (@story, $debt);
	for my $lot ($self->lots_of($user)) {
		$lot->{remaining} += $lot->{clawed} + $lot->{lent};
		@$lot{qw(clawed lent)} = (0, 0);
		push @story, { %$lot, at => $lot->{granted}, late => 1, lot => $lot };
	}
	for my $effect (grep { $self->payments->{$_}{user} eq $user } sort keys %{ $self->payments }) {
		my $due = clawed($self->payments->{$effect}) or next;
		my $lot = $lot{$effect};
		$lot->{clawed} = $lot->{user} eq $user ? min($due, $lot->{remaining}) : 0;
		$lot->{remaining} -= $lot->{clawed};
		push @story, { at => $self->payments->{$effect}{since}, effect => '', late => 0, n => -1,
			owed => max(0, $due - $lot->{clawed} - $lot->{lapsed}) };
	}
	for my $part (sort { $a->{at} <=> $b->{at} || $a->{late} <=> $b->{late} || $a->{effect} cmp $b->{effect} || $a->{n} <=> $b->{n} } @story) {
		$debt += $part->{owed} // 0;
		my $lot = $part->{lot} or next;
		$lot->{lent} = min($lot->{remaining}, $debt // 0);
		$lot->{remaining} -= $lot->{lent};
		$debt -= $lot->{lent};
	}
	$self->people->{$user}{debt} = $debt // 0;
}

# Two accounts were one person: one trial, one purse.
sub absorb ($self, $from, $into) {
	for my $hold (grep { $_->{user} eq $from && $_->{state} eq 'held' } @{ $self->holds }) {
		$self->give_back($hold);
		@$hold{qw(state answer)} = ('voided', { charged => 0, released => $hold->{amount}, balance => undef });
	}
	my ($his)  = grep { $_->{effect} eq "trial:$from" } @{ $self->lots };
	my ($hers) = grep { $_->{effect} eq "trial:$into" } @{ $self->lots };
	$self->end($hers, min($hers->{remaining}, $his->{amount} - $his->{remaining} - $his->{lapsed})) if $hers;
	$self->end($his, $his->{remaining});
	$_->{user} = $into for grep { $_->{remaining} || $_->{clawed} || $_->{lent} } $self->lots_of($from);
	$_->{user} = $into for grep { ($_->{user} // '') eq $from } values %{ $self->payments }, values %{ $self->subs };
	$_ = $into for grep { $_ eq $from } values %{ $self->customers };
	my ($old, $heir) = @{ $self->people }{ $from, $into };
	$heir->{awards} = { %{ $heir->{awards} }, %{ $old->{awards} } };
	@$old{qw(into placeholder)} = ($into, 0);
	$self->settle;
}

# ---- the month -------------------------------------------------------------------------

# Of what a plan has left from before this month MIN(max, MAX(left, min)) stays.
# What the run says; once a month.
sub month ($self) {
	my ($mon, $year) = (gmtime $self->now)[4, 5];
	my $month = sprintf '%04d-%02d', $year + 1900, $mon + 1;
	return { %{ $self->runs->{$month} }, replayed => 1 } if $self->runs->{$month};
	my $start = timegm(0, 0, 0, 1, $mon, $year);
	my %sum = (month => $month, rolled_over => 0, expired => 0, granted => 0);
	for my $user (sort keys %{ $self->people }) {
		my %old;
		push @{ $old{ $_->{plan} } }, $_ for sort { $a->{granted} <=> $b->{granted} || $a->{n} <=> $b->{n} }
		    grep { $_->{source} =~ /^(?:subscription|rollover)$/ && $_->{remaining} && $_->{granted} < $start } $self->lots_of($user);
		$self->roll($_, $old{$_}, \%sum) for sort keys %old;
		$self->make_up($user, $month, $start, \%sum);
	}
	$self->settle;
	$self->runs->{$month} = \%sum;
	return { %sum, replayed => 0 };
}

sub rule ($self, $plan) { @{ $self->rules->{$plan} // $self->rules->{'*'} } }

sub roll ($self, $plan, $lots, $sum) {
	my ($least, $most) = $self->rule($plan);
	my $left = sum0 map { $_->{remaining} } @$lots;
	my $over = $left - min($most // max(map { $_->{amount} } @$lots), max($left, $least));
	$sum->{rolled_over} += $left - max(0, $over);
	for my $lot (@$lots) {
		my $part = max(0, min($over, $lot->{remaining}));
		$self->end($lot, $part);
		$over -= $part;
		$sum->{expired} += $part;
	}
}

# What a living subscription has left below the plan's least is made up.
sub make_up ($self, $user, $month, $start, $sum) {
	my %plans = map { $_->{plan} => 1 } grep { $_->{user} eq $user && $_->{status} eq 'active' } values %{ $self->subs };
	for my $plan (sort keys %plans) {
		my ($least, $most) = $self->rule($plan);
		my @lots = grep { ($_->{plan} // '') eq $plan && $_->{granted} < $start } $self->lots_of($user) or next;
		my $left = sum0 map { $_->{remaining} } grep { $_->{source} =~ /^(?:subscription|rollover)$/ } @lots;
		my $more = min($most // $self->plans->{$plan}{credits}, $least) - $left;
		next unless $least > 0 && $more > 0;
		$self->grant($user, 'rollover', $more, "rollover:$month:$user:$plan", plan => $plan);
		$sum->{$_} += $more for qw(granted rolled_over);
	}
}

1;
