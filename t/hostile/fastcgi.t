# SPDX-License-Identifier: MIT
# Hostile FastCGI records straight at the sockets of the programs, past nginx:
# each program keeps its promises alone, and none of it ends or changes anything.
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::FastCGI qw(record begin params request talk FCGI_BEGIN_REQUEST FCGI_ABORT_REQUEST FCGI_PARAMS FCGI_STDIN);
use Gatehouse::Hostile;
use Gatehouse::Tables 'routes';

my ($site, $open) = hostile_site();

# The parameters of a request for the route as nginx sends them, and more.
sub params_of ($route, %more) {
	my $method  = $more{REQUEST_METHOD} // $route->{methods}[0];
	my %headers = map { 'HTTP_' . (uc $_ =~ tr/-/_/r) => $open->{ $route->{name} }{$_} } keys %{ $open->{ $route->{name} } };
	return { REQUEST_METHOD => $method, REQUEST_URI => $route->{path}, DOCUMENT_URI => $route->{path}, QUERY_STRING => '',
		REMOTE_ADDR => '127.0.0.1', REQUEST_ID => 'f' x 32, HTTP_HOST => 'gatehouse.test', CONTENT_TYPE => 'application/json',
		CONTENT_LENGTH => '', %headers, %more };
}

sub say_to ($route, $bytes, %o) { talk($site->socket($route->{name}), $bytes, deadline => 3, %o) }

# A program that still works answers a wrong method at once.
sub works ($route, $name) {
	my $answer = say_to($route, request(params_of($route, REQUEST_METHOD => 'PUT')));
	like $answer, qr/^Status: 405/, "$name: it still answers";
}

# What is no protocol at all; answers do not matter, life does.
sub noise ($route) {
	my $whole = request(params_of($route));
	my %bytes = (
		'nothing' => '', 'a zero' => "\0", 'zeros' => "\0" x 5000, 'ones' => "\xff" x 5000,
		'HTTP' => "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		'only a beginning' => begin(), 'half of a record' => substr(begin(), 0, 11),
		'another version' => record(FCGI_BEGIN_REQUEST, pack('nCx5', 1, 0), version => 9),
		'an unknown role' => begin(role => 77) . $whole,
		'an unknown type' => record(99, 'x' x 100),
		'management records' => record(9, params(FCGI_MAX_CONNS => ''), id => 0),
		'an abort' => begin() . record(FCGI_ABORT_REQUEST),
		'two beginnings' => begin() . begin() . record(FCGI_PARAMS),
		'another id' => begin() . record(FCGI_PARAMS, params(A => 'b'), id => 2) . record(FCGI_PARAMS, '', id => 2),
		'parameters that promise more' => begin() . record(FCGI_PARAMS, pack('NN', 0x80000010, 0x80001000) . 'short') . record(FCGI_PARAMS),
		'parameters of 2 GiB' => begin() . record(FCGI_PARAMS, pack('NN', 0xffffffff, 0xffffffff) . 'x') . record(FCGI_PARAMS),
		'a name of 2 GiB' => begin() . record(FCGI_PARAMS, pack('NC', 0xffffffff, 1) . 'x' x 100) . record(FCGI_PARAMS),
		'parameters cut in a length' => begin() . record(FCGI_PARAMS, "\x80\x00") . record(FCGI_PARAMS),
		'a record that claims more' => begin() . record(FCGI_PARAMS, 'abc', length => 60000),
		'a body before parameters' => begin() . record(FCGI_STDIN, 'x' x 100) . record(FCGI_STDIN),
		'no parameters' => begin() . record(FCGI_PARAMS) . record(FCGI_STDIN),
		'empty names' => begin() . record(FCGI_PARAMS, params('' => '', '' => 'x',
		'=' => '=')) . record(FCGI_PARAMS) . record(FCGI_STDIN),
		'cut in the middle' => substr($whole, 0, length($whole) / 2),
		'cut between two parameters' => begin() . record(FCGI_PARAMS, params(%{ params_of($route) }),
			length => 100 + length params(%{ params_of($route) })),
	);
	for my $what (sort keys %bytes) {
		unlike say_to($route, $bytes{$what}, deadline => 1), qr/^Status: [25]/,
		    "$what: no success, no crash";
	}
	works($route, 'noise');
}

# Well-formed records with parameters that nginx would never send.
sub parameters ($route) {
	my $limit = $route->{body};
	my %odd = (
		'no method' => { REQUEST_METHOD => '' },
		'a method with a line break' => { REQUEST_METHOD => "GET\r\nX: y" },
		'a negative length' => { CONTENT_LENGTH => '-1' },
		'a length of letters' => { CONTENT_LENGTH => 'many' },
		'a length beyond 64 bits' => { CONTENT_LENGTH => '9' x 30 },
		'a length over the limit' => { CONTENT_LENGTH => $limit + 1 },
		'a length of 4 GiB' => { CONTENT_LENGTH => 4294967297 },
		'a request id with quotes' => { REQUEST_ID => qq("}\r\nSet-Cookie: x=y\r\n\r\n), REQUEST_METHOD => 'PUT' },
		'a huge request id' => { REQUEST_ID => 'i' x 30000, REQUEST_METHOD => 'PUT' },
		'a huge query' => { QUERY_STRING => 'q=' . 'x' x 60000, REQUEST_METHOD => 'PUT' },
		'a host with markup' => { HTTP_HOST => '<script>"', REQUEST_METHOD => 'PUT' },
		'a thousand headers' => { REQUEST_METHOD => 'PUT', map { ("HTTP_X$_" => 'y' x 50) } 1 .. 1000 },
	);
	for my $what (sort keys %odd) {
		my $params = params_of($route, %{ $odd{$what} });
		my $bytes = begin() . join('', map { record(FCGI_PARAMS, params($_ => $params->{$_})) } sort keys %$params) . record(FCGI_PARAMS) . record(FCGI_STDIN);
		my $answer = say_to($route, $bytes);
		my ($head) = $answer =~ /^(.*?)\r\n\r\n/s;
		my ($status) = ($head // '') =~ /^Status: (\d+)/;
		ok !defined $status || $status < 500, "$what: no 5xx" or diag $answer;
		unlike $head // '', qr/^(Set-Cookie|X):/m, "$what: makes no header";
	}
	works($route, 'parameters');
}

# The program itself knows its limits.
sub limits ($route) {
	my $body = 'x' x ($route->{body} + 1);
	my %length = (CONTENT_LENGTH => length $body);
	my $answer = say_to($route, request(params_of($route, %length), $body));
	like $answer, qr/^Status: 413/, 'a body one byte too long is refused by the program';
	return unless $route->{body} > 2;
	for my $promised (50, $route->{body}) {
		$answer = say_to($route, request(params_of($route, CONTENT_LENGTH => $promised), '{"x":1'));
		like $answer, qr/^(Status: 4|$)/, "$promised bytes promised, 6 sent: refused";
	}
	$answer = say_to($route, request(params_of($route, CONTENT_LENGTH => 2), '{' . 'y' x 500));
	like $answer, qr/^(Status: 4|$)/, 'more than promised: refused';
	works($route, 'limits');
}

for my $route (routes()) {
	harmless($site, $route->{name}, sub {
		noise($route);
		parameters($route);
		limits($route);
		# Many that say nothing and go, more than there are threads.
		say_to($route, '') for 1 .. 20;
		works($route, 'after many');
	});
}

is_deeply [$site->keeper->deaths], [], 'no program died';

done_testing;
