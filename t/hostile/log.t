# SPDX-License-Identifier: MIT
# Whatever is sent, the log has one line of JSON for it, and a pipe takes it whole.
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;

my $site = Gatehouse->site(handlers => [qw(pricing users)]);
my $key  = $site->key;

my @requests = (
	'GET /pricing?x="},{"%0a%0d HTTP/1.1', "GET /././/pricing?\xff\xfe HTTP/1.1", 'GET /' . '/' x 7000 . 'pricing HTTP/1.1',
	"GET /x\xff\xfe" . "\xc3" x 7000 . '/../pricing HTTP/1.1', 'A' x 7000 . ' /pricing HTTP/1.1', 'POST /api/users HTTP/1.1',
);
for my $line (@requests) {
	my $body   = $line =~ /^POST/ ? '{}' : '';
	my $answer = $site->raw(join "\r\n", $line, 'Host: x', 'Connection: close', "Authorization: Bearer $key",
		'Content-Length: ' . length $body, 'Content-Type: ' . "\x01\"\\\xff" x 1000, '', $body);
	like $answer, qr{^HTTP/1\.1 \d+ }, 'an answer to ' . substr $line =~ s/[^ -~]/?/gr, 0, 40;
}

my @lines;
poll(sub { @lines = map { split /\n/, $site->log($_) } qw(pricing users); @lines >= @requests });
is @lines, @requests, 'a line for each';
is_deeply [grep { ref eval { decode_json($_) } ne 'HASH' } @lines], [], 'of JSON';
is_deeply [grep { length > 4095 } @lines], [], 'that a pipe takes whole';
unlike $site->log('users'), qr/\Q$key/, 'and no key in it';

# A program that is down: nginx has to say so without the secret in the address.
is $site->get('/login?token=a-secret-token')->code, 502, 'nobody answers for a program that is down';
poll(sub { $site->log('access') =~ m{"path":"/login"} });
like $site->log('access'), qr{"path":"/login","status":502}, 'the access log tells it';
unlike $site->logs, qr/a-secret-token/, 'and no log has the secret';

# Bots write their token into the path.
$site->get('/sandbox/telegram/bot1:a-secret-of-a-bot/getMe?x');
poll(sub { $site->log('access') =~ m{/getMe} });
like $site->log('access'), qr{"path":"/sandbox/telegram/bot/getMe"}, 'the access log says what a bot called';
unlike $site->logs, qr/a-secret-of-a-bot/, 'and no log has its token';

done_testing;
