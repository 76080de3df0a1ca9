# SPDX-License-Identifier: MIT
# Form-encoded nested parameters, and their check against a declared schema.
#
# A schema is a hash of name => type; a name that ends in ! is required.  A type is the
# name of a checker below, {…} for a nested hash, [type] for a list, or a reference to a
# list of words: \[qw(a b)].  What is not declared does not exist.
package Gatehouse::Sandbox::Stripe::Params;
use Mojo::Base -strict, -signatures;
use Exporter qw(import);
use Gatehouse::Sandbox::Stripe::Error;
use Mojo::JSON;
our @EXPORT_OK = qw(check_params nest_params);

my $ERROR = 'Gatehouse::Sandbox::Stripe::Error';
use constant DEPTH => 8;    # levels of brackets that are followed

my %CHECK = (
	any      => sub ($value, $path) {$value},
	string   => \&check_string,
	bool     => \&check_bool,
	int      => sub ($value, $path) { check_int($value, $path, qr/^-?\d{1,15}$/) },
	count    => sub ($value, $path) { check_int($value, $path, qr/^\d{1,15}$/) },
	positive => sub ($value, $path) { check_int($value, $path, qr/^0*[1-9]\d{0,14}$/) },
	seconds  => \&check_seconds,
	currency => \&check_currency,
	email    => \&check_email,
	url      => \&check_url,
	metadata => \&check_metadata,
	range    => \&check_range,
);

# nest_params([name, value, …]): the pairs as a nested hash; "a[b][]=x" and "a[0][c]=y" alike.
sub nest_params ($pairs) {
	my %root;
	for (my $i = 0; $i < @$pairs; $i += 2) {
		my ($name, $value) = @$pairs[$i, $i + 1];
		my ($first, $rest) = $name =~ /^([^\[\]]+)((?:\[[^\[\]]*\])*)$/ or bad_name($name);
		my @keys = ($first, $rest =~ /\[([^\[\]]*)\]/g);
		bad_name($name) if @keys > DEPTH;
		place(\%root, $value, $name, @keys);
	}
	return \%root;
}

sub place ($at, $value, $name, @keys) {
	my $last = pop @keys;
	for my $key (@keys) {
		$key = keys %$at if $key eq '';
		$at->{$key} //= {};
		bad_name($name) if ref $at->{$key} ne 'HASH';
		$at = $at->{$key};
	}
	$last = keys %$at if $last eq '';
	bad_name($name) if ref $at->{$last};
	$at->{$last} = $value;
}

sub bad_name ($name) { $ERROR->throw(message => "Invalid parameter name: $name", param => $name) }

# check_params(schema, raw hash): the typed values; throws Stripe's error for the first fault.
sub check_params ($schema, $raw, $path = '') {
	my (%type, %need);
	for my $name (keys %$schema) {
		my $bare = $name =~ s/!$//r;
		$type{$bare} = $schema->{$name};
		$need{$bare} = 1 if $bare ne $name;
	}
	for my $name (sort keys %$raw) {
		next if $type{$name};
		my $full = full_name($path, $name);
		$ERROR->throw(code => 'parameter_unknown', param => $full, message => "Received unknown parameter: $full");
	}
	my %clean;
	for my $name (sort keys %type) {
		my $full = full_name($path, $name);
		if (!exists $raw->{$name}) {
			next if !$need{$name};
			$ERROR->throw(code => 'parameter_missing', param => $full, message => "Missing required param: $full.");
		}
		$clean{$name} = check_value($type{$name}, $raw->{$name}, $full, $need{$name});
	}
	return \%clean;
}

sub full_name ($path, $name) { $path eq '' ? $name : "$path\[$name]" }

sub check_value ($type, $value, $path, $need = 0) {
	if (ref $type eq 'HASH') {
		wrong($path, 'hash') if ref $value ne 'HASH';
		return check_params($type, $value, $path);
	}
	return check_list($type->[0], $value, $path) if ref $type eq 'ARRAY';
	return check_word($$type, $value, $path) if ref $type;
	return $CHECK{$type}->($value, $path) if $type eq 'any' || $type eq 'metadata' || $type eq 'range';
	wrong($path, $type) if ref $value;
	return $CHECK{$type}->($value, $path) if $value ne '';
	$ERROR->throw(code => 'parameter_invalid_empty', param => $path, message =>
		"You passed an empty string for '$path'. We assume empty values are an attempt to unset a parameter; however '$path' cannot be unset.")
		if $need;
	return undef;
}

sub wrong ($path, $want) { $ERROR->throw(param => $path, message => "Invalid $want: $path has the wrong shape") }

sub check_list ($type, $value, $path) {
	return [] if !ref $value && $value eq '';
	wrong($path, 'array') if ref $value ne 'HASH' || grep {/\D/} keys %$value;
	return [map { check_value($type, $value->{$_}, "$path\[$_]", 1) } sort { $a <=> $b } keys %$value];
}

sub check_word ($words, $value, $path) {
	return $value if !ref $value && grep { $_ eq $value } @$words;
	my $last = $words->[-1];
	my $list = @$words > 1 ? join(', ', @$words[0 .. $#$words - 1]) . ", or $last" : $last;
	$ERROR->throw(param => $path, message => "Invalid $path: must be one of $list");
}

sub check_string ($value, $path) {
	return $value if length $value <= 5000;
	$ERROR->throw(code => 'parameter_invalid_string_length', param => $path,
		message => "Invalid string: $path must be at most 5000 characters");
}

sub check_bool ($value, $path) {
	return Mojo::JSON->true  if $value eq 'true' || $value eq '1';
	return Mojo::JSON->false if $value eq 'false' || $value eq '0';
	$ERROR->throw(param => $path, message => "Invalid boolean: $value");
}

sub check_int ($value, $path, $pattern) {
	return 0 + $value if $value =~ $pattern;
	$ERROR->throw(code => 'parameter_invalid_integer', param => $path, message => "Invalid integer: $value");
}

sub check_seconds ($value, $path) {
	return 0 + $value if $value =~ /^-?\d{1,9}(?:\.\d{1,6})?$/;
	$ERROR->throw(param => $path, message => "Invalid number: $value");
}

sub check_currency ($value, $path) {
	return lc $value if $value =~ /^[A-Za-z]{3}$/;
	$ERROR->throw(param => $path, message => "Invalid currency: $value.");
}

sub check_email ($value, $path) {
	return $value if is_email($value);
	$ERROR->throw(code => 'email_invalid', param => $path, message => "Invalid email address: $value");
}

# is_email(text): whether it can be an address; as forgiving as browsers are.
sub is_email ($text) { length $text <= 512 && $text =~ /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>".]+$/ }

sub check_url ($value, $path) {
	return $value if $value =~ m{^https?://[^\s/?#]+[^\s]*$} && length $value <= 5000;
	$ERROR->throw(code => 'url_invalid', param => $path, message => 'Not a valid URL');
}

# At most 50 keys of 40 characters, values of 500 (docs.stripe.com/api/metadata).
sub check_metadata ($value, $path) {
	return {} if !ref $value && $value eq '';
	wrong($path, 'hash') if ref $value ne 'HASH';
	for my $key (sort keys %$value) {
		wrong("$path\[$key]", 'string') if ref $value->{$key};
		$ERROR->throw(param => $path, message => 'Metadata keys can be at most 40 characters, values at most 500.')
			if length $key > 40 || length $value->{$key} > 500;
	}
	$ERROR->throw(param => $path, message => 'You can have up to 50 metadata keys.') if keys %$value > 50;
	return {%$value};
}

# A moment, or bounds: created=1, created[gte]=1&created[lt]=2.
sub check_range ($value, $path) {
	return {gte => check_int($value, $path, qr/^\d+$/), lte => 0 + $value} if !ref $value;
	return check_params({map { $_ => 'count' } qw(gt gte lt lte)}, $value, $path);
}

1;
