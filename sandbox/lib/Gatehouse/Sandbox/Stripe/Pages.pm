# SPDX-License-Identifier: MIT
# Lists with Stripe's cursor pagination: newest first, starting_after, ending_before, limit.
package Gatehouse::Sandbox::Stripe::Pages;
use Mojo::Base -strict, -signatures;
use Exporter qw(import);
use Gatehouse::Sandbox::Stripe::Error;
use List::Util qw(first min);
use Mojo::JSON qw(false true);
our @EXPORT_OK = qw(page %PAGE_PARAMS);

my $ERROR = 'Gatehouse::Sandbox::Stripe::Error';

# What every list call takes.
our %PAGE_PARAMS = (limit => 'positive', starting_after => 'string', ending_before => 'string');

# page(objects oldest first, params, url, word for an unknown cursor): the list envelope.
sub page ($objects, $params, $url, $word) {
	my @all   = reverse @$objects;
	my $limit = $params->{limit} // 10;
	$ERROR->throw(code => 'parameter_invalid_integer', param => 'limit',
		message => 'This value must be less than or equal to 100 (it currently is \'' . $limit . '\').') if $limit > 100;
	my ($after, $before) = @$params{qw(starting_after ending_before)};
	$ERROR->throw(message => 'You can only specify one of these parameters: ending_before, starting_after.')
		if defined $after && defined $before;
	my ($from, $to) = (0, $#all);
	$from = index_of(\@all, $after, 'starting_after', $word) + 1 if defined $after;
	$to   = index_of(\@all, $before, 'ending_before', $word) - 1 if defined $before;
	my $more = $to - $from + 1 > $limit;
	$from = $to - $limit + 1 if defined $before && $more;
	my $end = min($to, $from + $limit - 1);
	return {object => 'list', data => [@all[$from .. $end]], has_more => $more ? true : false, url => $url};
}

sub index_of ($all, $id, $param, $word) {
	my $found = first { $all->[$_]{id} eq $id } 0 .. $#$all;
	return $found // $ERROR->missing($word, $id, $param);
}

1;
