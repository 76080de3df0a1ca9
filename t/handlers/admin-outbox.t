# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;
use Gatehouse::People;

my $site = Gatehouse->site(handlers => [qw(admin-outbox)]);
my $path = '/admin/outbox';
my ($adam, $dina) = (person($site, 'adam', 'admin'), person($site, 'dina', 'driver'));
my %adam = $site->session_of($adam);

keeps_contract($site, 'admin-outbox', GET => $path, {%adam});

sub page ($query = '') { $site->get("$path?$query", %adam)->dom }
sub act (%fields) { $site->form($path, \%fields, %adam) }
sub dead ($kind) {
	return $site->value(q{insert into outbox (kind, channel, attempts, dead_at, outcome, last_error)
		values (?, 'notice', 100, now(), 'given_up', '<b>HTTP 503</b>') returning id}, $kind);
}

subtest 'dead letters' => sub {
	my ($one, $two, $three) = (dead('low_balance'), dead('low_balance'), dead('payment_notice'));
	is page()->find('button[value=retry]')->size, 4, 'each can be sent again, and all';
	like page()->all_text, qr/<b>HTTP 503<\/b>/, 'with the reason, escaped';
	is act(act => 'retry', id => $one)->code, 303, 'one is';
	is $site->value('select count(*) from outbox where dead_at is null'), 1, 'that one';
	is act(act => 'retry', kind => 'payment_notice')->code, 303, 'a kind is';
	is act(act => 'retry')->code, 303, 'all are';
	is $site->value('select count(*) from outbox where dead_at is null and attempts = 0'), 3, 'with all attempts before them';
	page_error_is(act(act => 'retry', id => $one), 404, 'one that is not dead is not');
	is page('state=pending')->find('tbody tr code')->map('text')->grep(qr/low_balance/)->size, 2, 'they wait now';
	is_deeply [map { "$_->{subject} $_->{n}" } $site->sql(q{select subject, detail->>'messages' as n from audit_log
		where action = 'outbox.retry' and actor_user = ? order by id}, $adam)], ["$one 1", 'payment_notice 1', 'all 1'], 'each is in the audit log';
};

subtest 'pages of many' => sub {
	dead('low_balance') for 1 .. 60;
	my $first = page();
	is $first->find('input[name=id]')->size, 50, 'fifty at a time';
	is page('before=' . $first->at('button[name=before]')->{value})->find('input[name=id]')->size, 10, 'and the others after them';
};

subtest 'channels and jobs' => sub {
	$site->sql(q{update outbox_channels set halted_at = now(), halted_reason = 'refused' where channel = 'telegram'});
	is page()->find('button[value=resume]')->size, 1, 'a halted channel shows';
	is act(act => 'resume', channel => 'telegram')->code, 303, 'and goes on';
	page_error_is(act(act => 'resume', channel => 'telegram'), 404, 'once');
	is page()->find('button[value=run]')->size, $site->value('select count(*) from jobs'), 'every job shows';
	is act(act => 'run', job => 'seal')->code, 303, 'and is done when asked for';
	page_error_is(act(act => 'run', job => 'nonsense'), 404, 'no other');
	page_error_is(act(act => 'delete', id => 1), 422, 'no other act');
	page_error_is($site->get("$path?state=done", %adam), 422, 'no other state');
};

subtest 'who' => sub {
	my %dina = $site->session_of($dina);
	page_error_is($site->get($path, %dina), 403, 'not a driver');
	page_error_is($site->form($path, { act => 'retry' }, %dina), 403, '... really');
};

done_testing;
