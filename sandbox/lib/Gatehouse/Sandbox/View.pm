# SPDX-License-Identifier: MIT
# Words and numbers for the templates.
package Gatehouse::Sandbox::View;
use Mojo::Base -strict, -signatures;
use POSIX qw(strftime);

my %SIGN = (usd => '$', eur => '€', gbp => '£');

# Currencies without a smaller unit (docs.stripe.com/currencies#zero-decimal).
my %WHOLE = map { $_ => 1 } qw(bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf);

# add_helpers(app): money(amount, currency), moment(seconds), period(recurring), for templates.
sub add_helpers ($app) {
	$app->helper(money  => sub ($c, @args) { money(@args) });
	$app->helper(moment => sub ($c, $at) { defined $at ? strftime('%d %b %H:%M:%S', gmtime $at) : '' });
	$app->helper(day    => sub ($c, $at) { defined $at ? strftime('%d %b %Y', gmtime $at) : '' });
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
