# SPDX-License-Identifier: MIT
# How fast a bot may send (core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this):
# one message a second in a chat, 20 a minute in a group, 30 a second over all.
package Gatehouse::Sandbox::Telegram::Pace;
use Mojo::Base -base, -signatures;
use List::Util qw(max);
use POSIX qw(ceil);
use Time::HiRes qw(time);

# sent: moments of what was let through, by what they count for; forgotten with the process
has sent => sub { {} };

# take(chat id): 0, and the message counts; or the seconds that must pass first.
sub take ($self, $chat) {
	my @rules = (['all', 30, 1], ["chat $chat", 1, 1], $chat < 0 ? (["group $chat", 20, 60]) : ());
	my $wait = max map { $self->wait(@$_) } @rules;
	return $wait if $wait;
	push @{$self->sent->{$_->[0]}}, time for @rules;
	return 0;
}

sub wait ($self, $name, $count, $seconds) {
	my $now  = time;
	my @kept = grep { $_ > $now - $seconds } @{$self->sent->{$name} // []};
	$self->sent->{$name} = \@kept;
	return @kept < $count ? 0 : max 1, ceil($kept[-$count] + $seconds - $now);
}

1;
