# SPDX-License-Identifier: MIT
# The rendered nginx configuration, alone, in front of a stand-in for the programs.
use v5.36;
use FindBin;
use IO::Socket::INET;
use IO::Socket::UNIX;
use Mojo::File qw(path tempdir);
use Mojo::JSON 'decode_json';
use Mojo::UserAgent;
use Mojo::Util 'url_escape';
use Test::More;
use Time::HiRes qw(sleep time);

my $top = path($FindBin::Bin, '..', '..')->realpath;
my $dir = tempdir('gh-nginx-XXXXXX', TMPDIR => 1);
my (@children, $params);

$dir->child($_)->make_path for qw(run web/sub);
chmod 0755, "$dir";
write_file('web/gatehouse.css', "main { color: black }\n" . "/* long enough to be worth packing */\n" x 40);
write_file('web/secret~', 'an editor left this');
write_file('outside.css', 'outside');

sub write_file ($name, $text) {
	open my $out, '>', "$dir/$name" or die "$dir/$name: $!";
	print $out $text;
	close $out or die "$dir/$name: $!";
}

# render($kind, %settings): the text that nginx/render prints.
sub render ($kind, %settings) {
	local %ENV = (%ENV, RUN => "$dir/run", STATE => "$dir", WEB => "$dir/web", LISTEN => "unix:$dir/http", ASSETS => '/static/7',
		ACCESS_LOG => "$dir/access.log", %settings);
	my $text = qx('$top/nginx/render' $kind 2>&1);
	return ($? >> 8, $text);
}

# accepted($config): what nginx -t says of it; '' when it is good.
sub accepted ($config) {
	write_file('tested.conf', $config);
	my $said = qx(PATH=\$PATH:/usr/sbin nginx -t -q -e stderr -p '$dir' -c '$dir/tested.conf' 2>&1);
	return $? ? $said || 'refused' : $said;
}

subtest 'nginx -t' => sub {
	my ($status, $text) = render('private');
	is $status, 0, 'it is rendered';
	is accepted($text), '', 'and good';
	unlike $text, qr/^[^#\n]*@[A-Z_]+@/m, 'no place is left open';
	like $text, qr/limit_req zone/, 'with rates';
	unlike $text, qr/sandbox\.sock|set_real_ip_from/, 'without what was not asked for';
	for my $route (grep { /^[a-z]/ } split /\n/, path($top, 'routes.tab')->slurp) {
		my ($name, $path, $threads) = (split ' ', $route)[0, 3, 7];
		my ($block) = $text =~ /^(?:\t+)location (?:=|\^~) \Q$path\E \{(.*?)\}/ms;
		my $group = 'gh_' . $name =~ tr/-/_/r;
		if ($threads eq 'event') {
			like $block, qr/fastcgi_keep_conn on;\s+fastcgi_pass $group;/, "$path keeps connections";
			($block) = $text =~ /upstream $group \{(.*?)\}/s;
			like $block, qr/server unix:\Q$dir\E\/run\/\Q$name\E\.sock;\s+keepalive \d+;/, "... and leads to $name";
			next;
		}
		like $block, qr/fastcgi_pass unix:\Q$dir\E\/run\/\Q$name\E\.sock;/, "$path leads to $name";
		unlike $block, qr/fastcgi_keep_conn/, '... by a new connection each time';
	}
	my %other = (
		'rates off' => { RATE_LIMITS => 'off' }, 'sandbox' => { SANDBOX => 1 }, 'two addresses' => { LISTEN => "127.0.0.1:8080 unix:$dir/http" },
		'behind proxies' => { REAL_IP_FROM => '10.0.0.0/8 fd00::/8' }, 'a web directory with a space' => { WEB => "$dir/our web" },
	);
	is accepted((render('private', %{ $other{$_} }))[1]), '', $_ for sort keys %other;
	unlike +(render('private', RATE_LIMITS => 'off'))[1], qr/limit_req(?:_zone| zone)/, 'rates off leaves none';
	my $site = (render('site'))[1];
	my $temporary = join '', map { "${_}_temp_path $dir/$_;\n" } qw(client_body fastcgi proxy scgi uwsgi);
	is accepted("pid $dir/x.pid; events {}\nhttp {\n$temporary$site\n}"), '', 'the site alone, inside another nginx';
	isnt +(render('private', WEB => "$dir/\$web"))[0], 0, 'a path that cannot be quoted is refused';
};

# ---- a running nginx -------------------------------------------------------

# A FastCGI responder that tells the parameters it was given; it closes without an
# answer when told to, and waits for ever when told to.
sub responder ($name) {
	my $listen = IO::Socket::UNIX->new(Local => "$dir/run/$name.sock", Listen => 64) // die "listen: $!";
	chmod 0666, "$dir/run/$name.sock";
	my $pid = fork // die "fork: $!";
	push @children, $pid;
	return if $pid;
	my @kept;
	while (my $conn = $listen->accept) {
		my %got = receive($conn);
		if (($got{QUERY_STRING} // '') eq 'wait') { push @kept, $conn; next }
		next if ($got{QUERY_STRING} // '') eq 'die';
		my $body = "Status: 200\r\nContent-Type: text/plain\r\n\r\n" . join '', map { "$_=$got{$_}\n" } sort keys %got;
		print $conn pack('CCnnCC', 1, 6, 1, length $body, 0, 0) . $body, pack('CCnnCC', 1, 6, 1, 0, 0, 0),
			pack('CCnnCCa8', 1, 3, 1, 8, 0, 0, '');
		$conn->flush;
	}
	require POSIX;
	POSIX::_exit(0);
}

# receive($conn): the parameters of one request, read up to the end of its body.
# Records: FastCGI Specification 1.0, section 3.3; types 4 params, 5 stdin.
sub receive ($conn) {
	my ($text, %got) = ('');
	while (8 == read $conn, my $head, 8) {
		my (undef, $type, undef, $length, $padding) = unpack 'CCnnCC', $head;
		read $conn, my $content, $length if $length;
		read $conn, my $skipped, $padding if $padding;
		$text .= $content if $type == 4 && $length;
		last if $type == 5 && !$length;
	}
	while (length $text) {
		my @length = map { my $n = unpack 'C', $text; $n < 128 ? unpack 'C', substr $text, 0, 1, '' : unpack('N', substr $text, 0, 4, '') & 0x7fffffff } 1, 2;
		my $name = substr $text, 0, $length[0], '';
		$got{$name} = substr $text, 0, $length[1], '';
	}
	return %got;
}

responder($_) for qw(healthz metrics pricing checkout credit-meter stripe-webhook login);

# The long wait for a program is cut short; nothing else differs.
my ($status, $config) = render('private', SANDBOX => 1, REAL_IP_FROM => 'unix:');
$config =~ s/fastcgi_read_timeout 40s/fastcgi_read_timeout 1s/ or die 'no time-out to shorten';
$config =~ s/client_header_timeout 10s/client_header_timeout 1s/ or die 'no time-out to shorten';
$config =~ s/^worker_processes auto;/worker_processes 1;\n@{[ $> ? '' : 'user root;' ]}/m;
$config =~ s{^error_log stderr}{error_log "$dir/error.log"}m or die 'no error log to move';
write_file('nginx.conf', $config);
my $nginx = fork // die "fork: $!";
if (!$nginx) {
	exec 'sh', '-c', 'PATH=$PATH:/usr/sbin exec nginx -e "$1/error.log" -p "$1" -c "$1/nginx.conf"', 'sh', "$dir" or die "nginx: $!";
}
push @children, $nginx;

END { local $?; kill TERM => @children if @children; waitpid $_, 0 for @children }

my $ua = Mojo::UserAgent->new(inactivity_timeout => 20, max_redirects => 0);
sub ask ($method, $path, $headers = {}, @body) {
	return $ua->start($ua->build_tx($method => 'http+unix://' . url_escape("$dir/http") . $path => { Host => 'gatehouse.test', %$headers } => @body))->res;
}

# raw($bytes): all that comes back for bytes that no client library would send.
sub raw ($bytes) {
	my $sock = IO::Socket::UNIX->new(Peer => "$dir/http") or return '';
	print $sock $bytes;
	$sock->flush;
	local $SIG{ALRM} = sub { die "time\n" };
	my $got = '';
	eval { alarm 10; 1 while sysread $sock, $got, 65536, length $got; alarm 0 };
	alarm 0;
	return $got;
}

my $end = time + 20;
sleep 0.02 until raw("GET / HTTP/1.0\r\n\r\n") || time > $end;

# typed($res, $status, $code, $what): the answer is that error, in the API's format.
sub typed ($res, $status, $code, $what) {
	subtest $what => sub {
		is $res->code, $status, "status $status";
		like $res->headers->content_type, qr{^application/json}, 'JSON';
		my $error = (eval { decode_json($res->body) } // {})->{error};
		is $error->{code}, $code, $code;
		ok length $error->{message}, 'with a text';
		guarded($res);
	};
}

# page($res, $status, $what): the answer is that error as a page.
sub page ($res, $status, $what) {
	subtest $what => sub {
		is $res->code, $status, "status $status";
		like $res->headers->content_type, qr{^text/html; charset=utf-8}, 'a page';
		ok length $res->dom->at('h1')->text, 'with a heading';
		unlike $res->body, qr/\$error|nginx/, 'and nothing of nginx';
		like $res->dom->at('link[rel=stylesheet]')->{href}, qr{^/static/7/}, 'and our style';
		guarded($res);
	};
}

sub guarded ($res) {
	my $h = $res->headers;
	is $h->header('X-Content-Type-Options'), 'nosniff', 'no sniffing';
	is $h->header('X-Frame-Options'), 'DENY', 'no framing';
	like $h->header('Content-Security-Policy'), qr/default-src 'none'/, 'no content from elsewhere';
	is $h->cache_control, 'no-store', 'not kept';
	like $h->header('X-Request-Id'), qr/^[0-9a-f]{32}$/, 'the request has a name';
	is $h->server, 'nginx', 'no version';
}

subtest 'what a program is told' => sub {
	my $res = ask(POST => '/functions/v1/credit-meter?a=%2F', { 'X-Forwarded-For' => '203.0.113.9', Proxy => 'http://evil.example',
		'Content-Type' => 'application/json', apikey => 'k' }, '{}');
	is $res->code, 200, 'it answers';
	my %got = $res->body =~ /^(\w+)=(.*)$/mg;
	is $got{REQUEST_METHOD}, 'POST', 'method';
	is $got{REQUEST_URI}, '/functions/v1/credit-meter?a=%2F', 'address as it was sent';
	is $got{QUERY_STRING}, 'a=%2F', 'query';
	is "$got{CONTENT_TYPE} $got{CONTENT_LENGTH}", 'application/json 2', 'body';
	is $got{REMOTE_ADDR}, '203.0.113.9', 'the client behind a trusted proxy';
	is $got{HTTP_APIKEY}, 'k', 'headers';
	ok !length($got{HTTP_PROXY} // ''), 'but no Proxy header';
	like $got{REQUEST_ID}, qr/^[0-9a-f]{32}$/, 'a request id';
	my ($line, $until) = (undef, time + 10); # nginx writes it within a second
	until ($line || time > $until) {
		($line) = grep { /credit-meter/ } path($dir, 'access.log')->slurp =~ /^(.*)$/mg;
		sleep 0.02 unless $line;
	}
	my $log = decode_json($line);
	is $log->{request_id}, $got{REQUEST_ID}, 'the same as in the access log';
	is_deeply [@$log{qw(path status client)}], ['/functions/v1/credit-meter', 200, '203.0.113.9'], 'which has path, status and client';
	unlike $line, qr/a=/, 'but no query: secrets travel there';
};

subtest 'addresses' => sub {
	my $res = ask(GET => '/');
	is_deeply [$res->code, $res->headers->location], [302, '/pricing'], 'the root leads to the shop';
	page(ask(GET => '/nosuch'), 404, 'an unknown page');
	page(ask(GET => '/pricing/'), 404, 'a longer path');
	page(ask(GET => '/.error/api/404'), 404, 'no door behind the errors');
	typed(ask(POST => '/api/nosuch', {}, '{}'), 404, 'not_found', 'an unknown API route');
	typed(ask(POST => '/functions/v1/nosuch'), 404, 'not_found', 'an unknown function');
	is ask(GET => '/api/nosuch')->headers->access_control_allow_origin, '*', 'which front ends on other sites may read';
	is ask(GET => '/nosuch')->headers->access_control_allow_origin, undef, 'unlike a page';
};

subtest 'sizes' => sub {
	is ask(POST => '/functions/v1/credit-meter', {}, 'x' x 16384)->code, 200, 'as large as the table says';
	typed(ask(POST => '/functions/v1/credit-meter', {}, 'x' x 16385), 413, 'too_large', 'one byte more');
	is ask(POST => '/functions/v1/stripe-webhook', {}, 'x' x 524288)->code, 200, 'a webhook may be larger';
	page(ask(POST => '/login', {}, 'x' x 5000), 413, 'a page says it as a page');
	typed(ask(POST => '/healthz', {}, 'xx'), 413, 'too_large', 'no body at all where none belongs');
	page(ask(GET => '/pricing?' . 'x' x 9000), 414, 'an address that is too long');
	page(ask(GET => '/pricing', { 'X-Long' => 'x' x 9000 }), 431, 'headers that are too long');
};

subtest 'requests that are none' => sub {
	like raw("GET / HTTP/1.1\r\n\r\n"), qr{^HTTP/1\.1 400 .*<h1>The request could not be understood}s, 'no Host: 400 as a page';
	like raw("nonsense\r\n\r\n"), qr/400|understood/, 'not HTTP: 400';
	like raw("TRACE /pricing HTTP/1.1\r\nHost: x\r\n\r\n"), qr{^HTTP/1\.1 405 }, 'TRACE: 405';
	like raw("POST /api/checkout HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"), qr{^HTTP/1\.1 400 }, 'a negative length: 400';
	like raw("POST /api/checkout HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n"), qr{^HTTP/1\.1 501 .*"bad_request"}s, 'an unknown encoding: 501';
	my $start = time;
	is raw("GET /pricing HTTP/1.1\r\nHost: x\r\nX-Slow: "), '', 'headers that never end: closed';
	cmp_ok time - $start, '<', 8, 'soon';
};

subtest 'programs that fail' => sub {
	typed(ask(GET => '/api/credits'), 502, 'unavailable', 'one that is not there');
	typed(ask(GET => '/healthz?die'), 502, 'unavailable', 'one that dies');
	typed(ask(GET => '/healthz?wait'), 504, 'unavailable', 'one that never answers');
	is ask(GET => '/healthz?die')->headers->header('Retry-After'), 1, 'come again';
	page(ask(GET => '/pricing?die'), 502, 'a page says it as a page');
};

subtest 'rates' => sub {
	my @answers = map { ask(POST => '/api/checkout', { 'X-Forwarded-For' => '203.0.113.77' }, '{}') } 1 .. 40;
	my ($refused) = grep { $_->code == 429 } @answers;
	is $answers[0]->code, 200, 'the first passes';
	ok $refused, 'too many are refused' or return;
	typed($refused, 429, 'too_many_requests', 'with a typed error');
	is $refused->headers->header('Retry-After'), 1, 'that says when to come again';
	is ask(POST => '/api/checkout', { 'X-Forwarded-For' => '203.0.113.78' }, '{}')->code, 200, 'another client is not';
	for my $net ('2001:db8:1:2::%x', '2001:db8:1::%x', '2001:db8:2::9:9:%x', '2001:db8:3:0:9:9:9:%x', '2001:db8::%x:9:9:9', '2001::7:%x:9:9:9') {
		my @v6 = map { ask(POST => '/api/checkout', { 'X-Forwarded-For' => sprintf $net, $_ }, '{}')->code } 1 .. 40;
		is $v6[0], 200, "$net is let in";
		ok +(grep { $_ == 429 } @v6), 'one IPv6 customer is one client, whatever the last half';
	}
};

subtest 'local routes' => sub {
	is ask(GET => '/metrics', { 'X-Forwarded-For' => '127.0.0.1' })->code, 200, 'from this machine';
	typed(ask(GET => '/metrics', { 'X-Forwarded-For' => '203.0.113.9' }), 403, 'forbidden', 'from elsewhere');
};

subtest 'static files' => sub {
	my $res = ask(GET => '/static/7/gatehouse.css');
	is $res->code, 200, 'are served';
	like $res->headers->content_type, qr{^text/css}, 'with their type';
	is $res->headers->cache_control, 'public, max-age=31536000, immutable', 'to be kept for ever';
	is $res->headers->header('X-Content-Type-Options'), 'nosniff', 'and not sniffed';
	like raw("GET /static/7/gatehouse.css HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n"),
		qr/^Content-Encoding: gzip\r$/m, 'packed';
	is ask(GET => $_)->code, 404, "not $_" for qw(/static/7/nosuch.css /static/gatehouse.css /static/7/ /static/7/sub /static/7/.hidden);
	for my $path ('/static/7/../outside.css', '/static/7/%2e%2e/outside.css', '/static/7/sub/../../outside.css', '/static/7/..%2foutside.css') {
		like raw("GET $path HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), qr{^HTTP/1\.1 40[04] }, "nor $path";
	}
	like raw("POST /static/7/gatehouse.css HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), qr{^HTTP/1\.1 405 }, 'nor to POST';
};

done_testing;
