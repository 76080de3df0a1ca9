# SPDX-License-Identifier: MIT
# What can be asked of the sandbox's Telegram beside the Bot API; README lists the actions.
package Gatehouse::Sandbox::Telegram::Control;
use Mojo::Base -strict, -signatures;
use Exporter qw(import);
use Gatehouse::Sandbox::Telegram::Error;
our @EXPORT_OK = qw(control);

my $ERROR = 'Gatehouse::Sandbox::Telegram::Error';
my @MODES = qw(401 429 500 slow hang lost);

# action => [needed parameters, code(telegram, parameters)].
my %ACTION = (
	settings => [[], sub ($tg, $given) { $tg->change_settings($given) }],
	person   => [[qw(first_name)], sub ($tg, $given) { $tg->add_person($given) }],
	group    => [[qw(title people)], sub ($tg, $given) { $tg->add_group($given->{title}, @{$given->{people}}) }],
	say      => [[qw(person text)], sub ($tg, $given) { $tg->says($tg->person($given->{person}), $given->{text}, $given->{chat} // $given->{person}) }],
	tap      => [[qw(person message data)], sub ($tg, $given) {
		$tg->taps($tg->person($given->{person}), $given->{chat} // $given->{person}, @$given{qw(message data)}) }],
	block    => [[qw(person)], sub ($tg, $given) { $tg->block($tg->person($given->{person})) }],
	unblock  => [[qw(person)], sub ($tg, $given) { $tg->unblock($tg->person($given->{person})) }],
	update   => [[qw(update)], sub ($tg, $given) { $tg->webhook->queue($given->{update}) }],
	resend   => [[qw(update_id)], \&resend],
	release  => [[], sub ($tg, $given) { {released => $tg->webhook->release($given->{order} // 'fifo')} }],
	fail     => [[qw(mode)], \&add_fault],
	clear_faults => [[], sub ($tg, $given) { $tg->faults->clear; {} }],
	reset    => [[], \&forget],
);

# control(telegram, parameters): does the action in one transaction; returns its result.
# Throws Telegram's error for what is unknown or cannot be done.
sub control ($tg, $given) {
	my $name = delete $given->{action} // '';
	my ($needed, $code) = @{$ACTION{$name} // $ERROR->throw("there is no action '$name'")};
	for my $param (@$needed) {
		$ERROR->throw("$name needs $param") if !defined $given->{$param};
	}
	return $tg->store->transaction(sub { $code->($tg, $given) });
}

sub resend ($tg, $given) {
	my ($old) = grep { ($_->{update}{update_id} // '') eq $given->{update_id} } $tg->webhook->all;
	$ERROR->throw("there was no update $given->{update_id}") if !$old;
	$tg->webhook->put({%$old, id => undef, status => 'pending', attempts => 0}) for 1 .. $given->{times} // 1;
	return {update_id => $given->{update_id}};
}

sub add_fault ($tg, $given) {
	$ERROR->throw("there is no mode '$given->{mode}'") if !grep { $_ eq $given->{mode} } @MODES;
	return $tg->faults->add(map { defined $given->{$_} ? ($_ => $given->{$_}) : () } qw(mode match times seconds));
}

# Telegram's part of the store; Stripe's is left alone.
sub forget ($tg, $given) {
	my $store = $tg->store;
	for my $kind (grep {/^tg_/} keys %{$store->objects}) {
		$store->remove($kind => $_) for keys %{$store->objects->{$kind}};
	}
	$tg->pace->sent({});
	return {};
}

1;
