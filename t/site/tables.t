# SPDX-License-Identifier: MIT
# The two tables and what is derived from them.
use v5.36;
use FindBin;
use File::Temp 'tempdir';
use Mojo::File 'path';
use Mojo::JSON 'decode_json';
use Test::More;

my $top = path($FindBin::Bin, '..', '..')->realpath;
my $dir = tempdir(CLEANUP => 1);

# write_file($file, $text): the file's path.
sub write_file ($file, $text) {
	open my $out, '>', "$dir/$file" or die "$dir/$file: $!";
	print $out $text;
	close $out or die "$dir/$file: $!";
	return "$dir/$file";
}

# derive($awk, $table, @vars): exit status and output of an awk script on that text.
sub derive ($script, $table, @vars) {
	my $file = write_file('table', $table);
	my $vars = join ' ', map { "-v '$_'" } @vars;
	my $out  = qx(cd '$top' && awk -f build-aux/$script.awk $vars '$file' 2>&1);
	return ($? >> 8, $out);
}

my $routes = path($top, 'routes.tab')->slurp;
my $errors = path($top, 'errors.tab')->slurp;
my $good   = "one api GET /one = none 0 2 - - one\n";

sub row (%change) {
	my %row = (name => 'two', face => 'api', methods => 'GET', path => '/two', match => '=', auth => 'none', body => '4k',
		threads => 2, rate => '-', settings => '-', functions => 'two', %change);
	return "# a comment\n\n$good" . join(' ', @row{qw(name face methods path match auth body threads rate settings functions)}) . "\n";
}

subtest 'bad routes are refused with their line' => sub {
	is +(derive(routes => row(), 'out=check'))[0], 0, 'a good table passes';
	my @bad = (
		[name => 'Two'], [name => 'two_'], [name => 'one'], [face => 'html'], [methods => 'FETCH'], [methods => 'GET,GET'],
		[path => 'two'], [path => '/one'], [path => '/a b'], [path => '/a//b'], [path => '/a/../b'], [path => '/'],
		[path => '/static/x'], [path => '/sandbox/x'], [path => '/x;}'], [match => '~'], [match => '^'], [auth => 'nobody'],
		[auth => 'key,key'], [body => '4m'], [body => '-1'], [threads => 0], [threads => 'many'], [threads => 2000],
		[rate => '10'], [rate => '10r/h/5'], [rate => '10r/s/0'], [settings => 'secret'], [settings => 'A,A'],
		[functions => 'two()'], [functions => 'a,a'], [functions => 'two extra'],
	);
	for (@bad) {
		my ($column, $value) = @$_;
		my ($status, $out) = derive(routes => row($column => $value), 'out=c');
		is $status, 1, "$column $value";
		like $out, qr/^\S+table:4: \S.*\n\z/, 'one line that says where' or diag $out;
	}
	is +(derive(routes => "one api GET\n", 'out=c'))[0], 1, 'too few columns';
	is +(derive(routes => "# nothing\n", 'out=c'))[0], 1, 'no rows';
	is +(derive(routes => $good, 'out=nonsense'))[0], 1, 'an unknown kind';
};

subtest 'bad errors are refused with their line' => sub {
	is +(derive(errors => $errors, 'out=check'))[0], 0, 'a good table passes';
	for ("Bad 400 text", "bad_ 400 text", "bad 200 text", "bad 4000 text", "bad 400", "bad 400 it's", 'bad 400 "quoted"', 'bad 400 $money',
		"good 400 Good.", 'bad 400 back\\slash') {
		my ($status, $out) = derive(errors => "good 400 Good.\n$_\n", 'out=c');
		is $status, 1, $_;
		like $out, qr/^\S+table:2: /, 'says where' or diag $out;
	}
	is +(derive(errors => "good 400 Good.\n", 'out=nginx'))[0], 1, 'nginx must be able to say what it needs';
};

subtest 'the API description' => sub {
	my ($status, $text) = derive(routes => $routes, 'out=openapi');
	my $api = eval { decode_json($text) } or diag $text;
	is $api->{openapi}, '3.1.0', 'is JSON of OpenAPI 3.1';
	for (grep { /^[a-z]/ } split /\n/, $routes) {
		my ($name, undef, $methods, $path, $match) = split;
		$path .= '{rest}' if $match eq '^';
		is_deeply [sort map { uc } grep { !/^parameters$/ } keys %{ $api->{paths}{$path} }], [sort split /,/, $methods], "$path has its methods";
	}
	my $meter = $api->{paths}{'/functions/v1/credit-meter'}{post};
	is_deeply $meter->{security}, [{ key => [] }, { user => [] }], 'and its credentials';
	ok $meter->{responses}{$_}, "and its $_" for 401, 405, 413, 'default';
};

subtest 'services' => sub {
	my ($status, $text) = derive(routes => $routes, 'out=services');
	is scalar(split /\n/, $text), scalar(grep { /^[a-z]/ } split /\n/, $routes), 'one line per route';
	like $text, qr/^checkout 4 STRIPE_SECRET_KEY STRIPE_API_BASE JWT_SECRET$/m, 'name, threads, settings';
	like $text, qr/^healthz 2$/m, 'or no settings';
};

subtest 'systemd units' => sub {
	my @names = map { (split)[0] } grep { /^[a-z]/ } split /\n/, $routes;
	for my $name (@names) {
		for my $kind (qw(socket service)) {
			my ($status, $unit) = derive(routes => $routes, "out=$kind", "name=$name", "templates=$top/systemd");
			unlike $unit, qr/\@[A-Z]+\@/, "$name.$kind has no place left open";
			# a stand-in for the program, which need not be installed here
			write_file("gatehouse-$name.$kind", $unit =~ s{\@pkglibexecdir\@/gh-\S+}{/bin/true}r =~ s{\@sysconfdir\@}{/etc}gr);
		}
	}
	is +(derive(routes => $routes, 'out=service', 'name=nosuch'))[0], 1, 'none for a route that is not there';
	write_file('gatehouse.target', path($top, 'systemd/gatehouse.target')->slurp);
	SKIP: {
		skip 'systemd-analyze is not installed', 1 if !grep { -x "$_/systemd-analyze" } split /:/, $ENV{PATH};
		my $said = qx(cd '$dir' && systemd-analyze verify ./gatehouse-*.service ./gatehouse-*.socket ./gatehouse.target 2>&1);
		is $said, '', 'systemd finds no fault';
	}
};

done_testing;
