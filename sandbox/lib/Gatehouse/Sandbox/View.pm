# SPDX-License-Identifier: MIT
# Words and numbers for the templates.
package Gatehouse::Sandbox::View;
use Mojo::Base -strict, -signatures;
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
# press(action, label, fields) for a button that is a form, and state_badge(state), for templates.
sub add_words ($app) {
	$app->helper(money  => sub ($c, @args) { money(@args) });
	$app->helper(moment => sub ($c, $at) { defined $at ? strftime('%d %b %H:%M:%S', gmtime $at) : '' });
	$app->helper(day    => sub ($c, $at) { defined $at ? strftime('%d %b %Y', gmtime $at) : '' });
	$app->helper(press  => sub ($c, $action, $label, %fields) {
		$c->render_to_string('home/press', action => $action, label => $label, fields => \%fields) });
	$app->helper(state_badge => sub ($c, $state) {
		$c->tag('span', class => 'state ' . ($LOOK{$state} // 'bad'), $state =~ tr/_/ /r) });
	$app->helper(period => sub ($c, $recurring) { period($recurring) });
}

# money(amount in the smallest unit, currency): "$9.99", "12.50 CHF".
sub money ($amount, $currency) {
	my $number = $WHOLE{$currency} ? $amount : sprintf '%.2f', $amount / 100;
	1 while $number =~ s/^(\d+)(\d{3})/$1,$2/;
	return $SIGN{$currency} ? "$SIGN{$currency}$number" : "$number " . uc $currency;
}

# period(recurring): "per month", "every 3 months", or nothing for a single payment.
sub period ($recurring) {
	return '' if !$recurring;
	my ($unit, $count) = @$recurring{qw(interval interval_count)};
	return $count == 1 ? "per $unit" : "every $count ${unit}s";
}

1;
