# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use Gatehouse::FastCGI qw(request talk);

my $site  = Gatehouse->site(handlers => [qw(metrics healthz)]);
my @local = ('X-Forwarded-For' => '127.0.0.1');

keeps_contract($site, 'metrics', GET => '/metrics', {@local});

$site->get('/healthz') for 1 .. 3;
my $res;
my $counted = poll(sub { ($res = $site->get('/metrics', @local))->body =~ /^gatehouse_requests_total\{[^}]*route="healthz"[^}]*\} 3$/m });
like $res->headers->content_type, qr{^text/plain; version=0\.0\.4}, "Prometheus' text format";
ok $counted, 'other programs count too' or diag $res->body;
like $res->body, qr/^gatehouse_invites_left 0$/m, 'gauges come from the database';
$site->sql(q{insert into invites_pool (code, invite_url) values ('m1', 'https://discord.gg/m1')});
like $site->get('/metrics', @local)->body, qr/^gatehouse_invites_left 1$/m, 'and follow it';

my @wrong = grep { !/^(#|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [-+\d.e]+$)/ } split /\n/, $res->body;
is_deeply \@wrong, [], 'every line is well formed';

error_is($site->get('/metrics'), 403, 'forbidden', 'not for other machines');
my $direct = talk($site->socket('metrics'), request({ REQUEST_METHOD => 'GET', REQUEST_URI => '/metrics',
	DOCUMENT_URI => '/metrics', REMOTE_ADDR => '203.0.113.9' }));
like $direct, qr/^Status: 403/, 'the program refuses them by itself, too';

$site->kill_handler('healthz');
$site->get('/healthz');
# An answer is counted after it was sent.
ok poll(sub { $site->get('/metrics', @local)->body =~ /route="healthz"[^}]*\} 4$/m }),
    'a restart loses no count';

done_testing;
