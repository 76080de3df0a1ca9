# SPDX-License-Identifier: MIT
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Contract;

my $site = Gatehouse->site(handlers => ['healthz']);

keeps_contract($site, 'healthz', GET => '/healthz');

my $res = $site->get('/healthz');
is $res->json->{status}, 'ok', 'a site with a database is ok';
cmp_ok $res->json->{schema}, '>', 0, 'and says which schema it has';
is $site->request(HEAD => '/healthz')->body, '', 'HEAD answers without a body';

# Ends the handler's connections to the database.
sub cut_off {
	my $mine = q{from pg_stat_activity where usename = 'gh_healthz' and datname = current_database()};
	$site->sql("select pg_terminate_backend(pid) $mine");
	poll(sub { !$site->value("select count(*) $mine") });
}

subtest 'a database that went away is 503, and it heals by itself' => sub {
	cut_off();
	is $site->get('/healthz')->code, 200, 'a lost connection is made again before the call';
	$site->sql('alter database ' . $site->name . ' connection limit 0');
	cut_off();
	my $down = $site->get('/healthz');
	$site->sql('alter database ' . $site->name . ' connection limit -1');
	error_is($down, 503, 'unavailable', 'no connection to be had');
	is $down->headers->header('Retry-After'), 1, 'with Retry-After';
	unlike $down->body, qr/too many|FATAL|gh_healthz/, 'the answer does not say why';
	is $site->get('/healthz')->code, 200, 'healthy again';
};

subtest 'kill -9 is healed' => sub {
	my $old = $site->kill_handler('healthz');
	is $site->get('/healthz')->code, 200, 'the next request is answered';
	isnt $site->pid('healthz'), $old, 'by a new process';
};

done_testing;
