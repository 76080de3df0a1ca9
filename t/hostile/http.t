# SPDX-License-Identifier: MIT
# Hostile requests through nginx, for every route of routes.tab.
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Hostile;
use Gatehouse::Stripe qw(event sign);
use Gatehouse::Tables 'routes';

my ($site, $open) = hostile_site();
my $secret = $site->conf->{STRIPE_WEBHOOK_SIGNING_SECRET};

sub shown ($text) { (length $text > 30 ? substr($text, 0, 30) . '…' : $text) =~ s/[^ -~]/?/gr }

# A POST with that body; for the webhook with its signature.
sub post ($route, $body, $type = 'application/json', %more) {
	my %signed = $route->{name} eq 'stripe-webhook' ? ('Stripe-Signature' => sign($body, $secret)) : ();
	return [POST => $route->{path}, { %{ $open->{ $route->{name} } }, 'Content-Type' => $type, %signed, %more }, $body];
}

sub get ($route, $query, %more) { [GET => "$route->{path}?$query", { %{ $open->{ $route->{name} } }, %more }] }

sub methods ($route) {
	my %is = map { $_ => 1 } @{ $route->{methods} };
	refused($site, "method $_", [$_ => $route->{path}, $open->{ $route->{name} }], qr/^405$/)
	    for grep { !$is{$_} } qw(GET POST PUT PATCH DELETE PROPFIND MKCOL);
	refused($site, 'method ' . shown($_), [$_ => $route->{path}, $open->{ $route->{name} }], qr/^40[05]$/) for 'TRACE', 'FOO', 'G_T', 'A' x 300;
}

# Looks at a secret in a header before anything else: without it nothing is read.
my %unread = ('telegram-webhook' => 401);

# At the limit a body is read, one byte more is not.
sub sizes ($route) {
	my $limit = $route->{body};
	if (!$limit) {
		refused($site, 'a body where none belongs', [GET => $route->{path}, $open->{ $route->{name} }, 'x' x $_], qr/^413$/) for 1, 2, 5000;
		return;
	}
	my $event = encode_json(event('hostile.size', { id => 'x' }, id => 'evt_size'));
	for my $over (1, 1000, 2_000_000) {
		refused($site, $limit + $over . ' bytes', post($route, ' ' x ($limit + $over)), qr/^413$/);
	}
	my $res = $site->request(@{ post($route, '{' . ' ' x ($limit - 1)) });
	is $res->code, $unread{ $route->{name} } // 400, "$limit bytes are read" or diag $res->body;
	refused($site, 'a form as large', post($route, 'a=' . 'b' x ($limit - 1), 'application/x-www-form-urlencoded'), qr/^413$/);
}

# What is no JSON object.
sub syntax ($route) {
	my @bad = ('{', '}', '[', '{"a":}', '{"a":1,}', '{a:1}', "{'a':1}", '{"a":1}}', '{"a":1} x', '{"a":"\u12"}', '{"a":"\x41"}', "{\"a\":\"\n\"}",
		'nul', 'NaN', '{"a":NaN}', '{"a":Infinity}', '{"a":01}', '{"a":+1}', '{"a":.5}', '/* c */{}', "\xef\xbb\xbf{}x", "\0", "{}\0", "{\"a\":\"\0\"}",
		"{\"a\":\"\xff\"}", "{\"a\":\"\xc0\xaf\"}", "{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\xf5\x80\x80\x80\"}", "\xff\xfe{\0}\0",
		'{"a":"\ud800"}', '{"a":"\udc00\ud800"}', '{"a":1,"a":2}', '{"a":{"b":1,"b":2}}', '{"a":1,"\u0061":2}',
		'[1]', '"text"', '7', 'null', 'true', '[' x 2000 . ']' x 2000, '{"a":' x 2000 . '1' . '}' x 2000, '{"a":' x 1000);
	refused($site, 'JSON ' . shown($_), post($route, $_)) for @bad;
	refused($site, "type $_", post($route, '{}', $_)) for $route->{name} eq 'stripe-webhook' ? () :
	    ('text/plain', 'application/json-patch+json', 'multipart/form-data', ';', 'a' x 3000);
}

my %wrong = (
	text => ['7', 'true', '[]', '{}', '["x"]', '{"a":"b"}', '1e999', '""', '"\u0000"', '"a\u0000b"', '"\ud800"', '"' . 'x' x 300 . '"', '"\u001b[2J"', '"a\nb"'],
	int => ['"3"', 'true', '[]', '{}', '0', '-1', '-9223372036854775808', '9223372036854775807', '9223372036854775808', '18446744073709551616', '1e3',
		'1.5', '1e999', '-0.0', '99999999999999999999999999999999', '1000001'],
	object => ['"x"', '7', '[]', 'false', '{"a":"\u0000"}', '{"a":1e999}', '{"a":1e200000}', '{"a":-1e131000}', '{"k":"' . 'x' x 5000 . '"}', '{"a":' x 100 . '1' . '}' x 100, '{"a":1,"a":2}'],
);

# Each field in place of its kind something else, the others right.
sub values_of ($route) {
	my $fields = $fields{ $route->{name} };
	my %good = (text => '"victim"', int => '1', object => '{}');
	for my $name (sort keys %$fields) {
		my @others = map { qq("$_":) . ($_ eq 'agent' ? '"chat"' : $good{$fields->{$_}}) } grep { $_ ne $name && $_ !~ /key$/ } sort keys %$fields;
		for my $value (@{ $wrong{ $fields->{$name} } }) {
			refused($site, "$name: " . shown($value), post($route, '{' . join(',', @others, qq("$name":$value)) . '}'));
		}
		refused($site, "$name: null", post($route, qq({"$name":null}))) if ($required{ $route->{name} } // '') eq $name;
	}
	refused($site, 'not one field', post($route, '{}')) if $required{ $route->{name} };
}

my @odd = ('%', '%2', '%zz', '%00', 'a%00b', '%ff', '%c0%af', '%ed%a0%80', '%0a', '%0d%0aX: y', 'x' x 2000, '%1b');

# Query strings and forms.
sub encodings ($route) {
	for my $name (sort keys %{ $fields{ $route->{name} } }) {
		for my $value (@odd) {
			refused($site, "query $name=" . shown($value), get($route, "$name=$value")) if grep { $_ eq 'GET' } @{ $route->{methods} };
			refused($site, "form $name=" . shown($value), post($route, "$name=$value", 'application/x-www-form-urlencoded', Origin => $site->conf->{PUBLIC_URL}))
			    if grep { $_ eq 'POST' } @{ $route->{methods} };
		}
	}
}

sub headers ($route) {
	my $method = $route->{methods}[0];
	my @ask = ($method, $route->{path});
	my %bad = (
		'one of 9000 bytes' => { 'X-Huge' => 'h' x 9000 },
		'40000 bytes in all' => { map { ("X-Huge$_" => 'h' x 4000) } 1 .. 10 },
		'a cookie of 9000 bytes' => { Cookie => 'session=' . 's' x 9000 },
	);
	refused($site, "headers: $_", [@ask, { %{ $open->{ $route->{name} } }, %{ $bad{$_} } }], qr/^4/) for sort keys %bad;
	my %credential = (
		'a huge token' => { Authorization => 'Bearer ' . 'a' x 6000 },
		'dots' => { Authorization => 'Bearer ' . '.' x 500 },
		'bytes' => { Authorization => "Bearer \xff\xfe\x80" },
		'a token of JSON bombs' => { Authorization => 'Bearer ' . ('eyJ' x 1000) . '.e30.x' },
		'many cookies' => { Cookie => join '; ', map { "session=$_" } 1 .. 300 },
		'a broken cookie' => { Cookie => '=;;session;=x;"' },
	);
	for my $what (sort keys %credential) {
		my $res = $site->request(@ask, $credential{$what});
		ok $res->code < 500 && ($res->code < 400 || defined typed($res)),
		    "credential: $what" or diag $res->code, $res->body;
	}
}

# What no client library would send: bytes on the wire.
sub wire ($route) {
	my ($path, $host) = ($route->{path}, 'Host: gatehouse.test');
	my $post = "POST $path HTTP/1.1\r\n$host\r\nContent-Type: application/json\r\nConnection: close\r\n";
	my %bytes = (
		'a truncated body' => [$post . "Content-Length: 50\r\n\r\n{\"a\":1", 'cut'],
		'a negative length' => [$post . "Content-Length: -1\r\n\r\n{}"],
		'a length of letters' => [$post . "Content-Length: x\r\n\r\n{}"],
		'two lengths' => [$post . "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} "],
		'length and chunks' => [$post . "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
		'broken chunks' => [$post . "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"],
		'chunks that end early' => [$post . "Transfer-Encoding: chunked\r\n\r\n5\r\n{", 'cut'],
		'an unknown coding' => [$post . "Transfer-Encoding: gzip\r\n\r\n{}"],
		'a path with %00' => ["GET $path%00 HTTP/1.1\r\n$host\r\nConnection: close\r\n\r\n"],
		'a path with dots' => ["GET $path/../../etc/passwd HTTP/1.1\r\n$host\r\nConnection: close\r\n\r\n"],
		'no host' => ["GET $path HTTP/1.1\r\nConnection: close\r\n\r\n"],
		'NUL in a header' => ["GET $path HTTP/1.1\r\n$host\r\nX: a\0b\r\nConnection: close\r\n\r\n"],
		'an old protocol' => ["GET $path\r\n"],
		'a strange protocol' => ["GET $path HTTP/9.9\r\n$host\r\n\r\n"],
		'a blank in the name' => ["GET $path HTTP/1.1\r\n$host\r\nX y: z\r\nConnection: close\r\n\r\n"],
	);
	for my $what (sort keys %bytes) {
		my ($bytes, $cut) = @{ $bytes{$what} };
		my $answer = $site->raw($bytes, cut => $cut);
		my ($status) = $answer =~ m{^HTTP/1\.\d (\d+)};
		ok $cut || ($status // 400) =~ /^(4..|501|505)$/, "wire: $what" or diag $answer;
		unlike $answer, qr/SQLSTATE|ERROR: |root:x/, "wire: $what: tells nothing";
	}
}

for my $route (routes()) {
	my $post = grep { $_ eq 'POST' } @{ $route->{methods} };
	ok $fields{ $route->{name} }, "$route->{name} is known to this test";
	harmless($site, $route->{name}, sub {
		methods($route);
		sizes($route);
		syntax($route) if $post && !$unread{ $route->{name} };
		values_of($route) if $post;
		encodings($route);
		headers($route);
		wire($route);
	});
}

subtest 'the logs' => sub {
	my $logs = $site->logs;
	my %conf = %{ $site->conf };
	ok index($logs, $conf{$_}) < 0, "tell no $_" for qw(JWT_SECRET CRON_SECRET STRIPE_SECRET_KEY STRIPE_WEBHOOK_SIGNING_SECRET ROLE_SECRET);
	my ($key) = $logs =~ /(ghk_[\w-]{40})/;
	is $key, undef, 'no service key';
	is_deeply [grep { /"status":500/ } split /\n/, $logs], [], 'no request ended in a 500';
	is_deeply [$site->keeper->deaths], [], 'no program died';
};

done_testing;
