#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# Tokens, with jsonwebtoken and jose as the judges: what they refuse is refused, and
# what both accept is accepted unless a rule of ours says otherwise.
use FindBin;
use lib "$FindBin::Bin/../lib";
use Gatehouse;
use Gatehouse::Process 'capture';
use Gatehouse::Tables 'source_dir';

my $site = Gatehouse->site(handlers => ['credits']);
my ($status, $out) = capture(['node', source_dir->child('t/node/jwt.mjs')->to_string, $site->conf->{JWT_SECRET}]);
is $status, 0, 'the judges made tokens' or die $out;

for my $row (@{ decode_json($out) }) {
	my ($name, $judges) = @$row{qw(name judges)};
	my $users = $site->value('select count(*) from users');
	my $res   = $site->get('/api/credits', $site->bearer($row->{token}));
	if ($row->{accept}) {
		ok $judges->{jsonwebtoken} && $judges->{jose}, "$name: the judges accept it";
		is $res->code, 200, '... and so do we' or diag $res->body;
		next;
	}
	ok !$judges->{jsonwebtoken} && !$judges->{jose}, "$name: the judges refuse it" unless $row->{stricter};
	error_is($res, 401, 'unauthorized', "$name: refused");
	is $site->value('select count(*) from users'), $users, '... and makes no user';
}
done_testing;
