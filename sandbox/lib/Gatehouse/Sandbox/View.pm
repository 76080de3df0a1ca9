# SPDX-License-Identifier: MIT
# Words and numbers for the templates.
package Gatehouse::Sandbox::View;
use Mojo::Base -strict, -signatures;
use Encode qw(decode encode);
use Mojo::ByteStream;
use Mojo::Util qw(xml_escape);
use POSIX qw(strftime);

my %SIGN = (usd => '$', eur => '€', gbp => '£');

# Currencies without a smaller unit (docs.stripe.com/currencies#zero-decimal).
my %WHOLE = map { $_ => 1 } qw(bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf);

# What a state looks like on the account page: all that is not listed is bad news.
my %LOOK = (
	(map { $_ => 'good' } 'active', 'trialing', 'paid', 'succeeded', 'delivered', 'won', 'complete, paid', 'complete, no_payment_required'),
	(map { $_ => 'wait' } 'open', 'expired', 'pending', 'held', 'canceled', 'needs_response'),
);

# add_words(app): money(amount, currency), moment(seconds), day(seconds), period(recurring),
# press(action, label, fields) for a button that is a form, and state_badge(state), for templates; telegram_html(message) and
# telegram_url(address), whose links to t.me stay in the sandbox.
sub add_words ($app) {
	$app->helper(money  => sub ($c, @args) { money(@args) });
	$app->helper(moment => sub ($c, $at) { defined $at ? strftime('%d %b %H:%M:%S', gmtime $at) : '' });
	$app->helper(day    => sub ($c, $at) { defined $at ? strftime('%d %b %Y', gmtime $at) : '' });
	$app->helper(press  => sub ($c, $action, $label, %fields) {
		$c->render_to_string('home/press', action => $action, label => $label, fields => \%fields) });
	$app->helper(state_badge => sub ($c, $state) {
		$c->tag('span', class => 'state ' . ($LOOK{$state} // 'bad'), $state =~ tr/_/ /r) });
	$app->helper(press_telegram => sub ($c, $action, $label, %fields) {
		$c->render_to_string('home/press', action => $action, label => $label, fields => \%fields, target => '/sandbox/telegram') });
	$app->helper(telegram_html => sub ($c, $message) { Mojo::ByteStream->new(message_html($message)) });
	$app->helper(telegram_url  => sub ($c, $url) { $url =~ s{^https://t\.me/(\w+)}{/sandbox/telegram/t.me/$1}r });
	$app->helper(period => sub ($c, $recurring) { period($recurring) });
}

# money(amount in the smallest unit, currency): "$9.99", "12.50 CHF".
sub money ($amount, $currency) {
	my $number = $WHOLE{$currency} ? $amount : sprintf '%.2f', $amount / 100;
	1 while $number =~ s/^(\d+)(\d{3})/$1,$2/;
	return $SIGN{$currency} ? "$SIGN{$currency}$number" : "$number " . uc $currency;
}

# The tag of each kind of entity (core.telegram.org/bots/api#messageentity).
my %TAG = (bold => 'b', italic => 'i', underline => 'u', strikethrough => 's', code => 'code', pre => 'code', blockquote => 'q', bot_command => 'b');

# message_html(message): its text with its entities, which count UTF-16 code units and
# are nested, as HTML.
sub message_html ($message) {
	my $units = encode('UTF-16BE', $message->{text});
	my (%at, $html);
	for my $one (sort { $b->{length} <=> $a->{length} } @{$message->{entities} // []}) {
		my $tag = $one->{type} eq 'text_link' ? 'a' : $TAG{$one->{type}} // next;
		my $open = $tag eq 'a' ? '<a href="' . xml_escape($one->{url}) . '">' : "<$tag>";
		push @{$at{$one->{offset}}{open}}, $open;
		unshift @{$at{$one->{offset} + $one->{length}}{close}}, "</$tag>";
	}
	my $from = 0;
	for my $here (sort { $a <=> $b } keys %at) {
		$html .= plain_html($units, $from, $here) . join '', @{$at{$here}{close} // []}, @{$at{$here}{open} // []};
		$from = $here;
	}
	return ($html // '') . plain_html($units, $from, length($units) / 2);
}

sub plain_html ($units, $from, $to) {
	return xml_escape(decode('UTF-16BE', substr $units, 2 * $from, 2 * ($to - $from))) =~ s/\n/<br>/gr;
}

# period(recurring): "per month", "every 3 months", or nothing for a single payment.
sub period ($recurring) {
	return '' if !$recurring;
	my ($unit, $count) = @$recurring{qw(interval interval_count)};
	return $count == 1 ? "per $unit" : "every $count ${unit}s";
}

1;
