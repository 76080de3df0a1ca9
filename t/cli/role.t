# SPDX-License-Identifier: MIT
# gatehouse role grant|revoke|list.
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::People;

my $site = Gatehouse->site(handlers => ['healthz']);
my $ada  = person($site, 'ada');
$site->sql(q{select core.identity_sign_in('telegram', '700', '{"first_name":"Ada"}', ?)}, $ada);

sub role (@args) { [$site->cli('role', @args)] }

is_deeply role('grant', 'ada', 'driver'), [0, "ada is now driver\n"], "a role is given, by the application's id";
is_deeply role('grant', $ada, 'driver'), [0, "$ada was already driver\n"], 'by ours, once';
is_deeply role('grant', '700', 'admin'), [0, "700 is now admin\n"], 'by the number at Telegram';
is_deeply role('list'), [0, "admin      $ada  Ada\ndriver     $ada  Ada\n"], 'the list';
is_deeply role('revoke', 'ada', 'driver'), [0, "ada is no longer driver\n"], 'taken';
is_deeply role('revoke', 'ada', 'driver'), [0, "ada was not driver\n"], 'once';
isnt role('revoke', 'ada', 'admin')->[0], 0, 'the last admin stays';
is roles_of($site, $ada), 'admin', '... really';
like role('grant', 'nobody', 'driver')->[1], qr/there is no user nobody/, 'nobody';
like role('grant', 'ada', 'owner')->[1], qr/there is no role owner/, 'no such role';
is role('grant', 'ada')->[0], 2, 'which?';
is_deeply [map { $_->{action} } $site->sql('select action from audit_log where actor_user is null order by id')], [qw(role.grant role.grant role.revoke)],
    'each change is written down, by the operator';

done_testing;
