#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# gatehouse seal, sweep and statement; and what statement-check makes of one.
use FindBin;
use lib $FindBin::Bin;
use Command;
use Gatehouse;
use Gatehouse::Process 'capture';
use Gatehouse::Tables 'source_dir';
use utf8;

my $db = Gatehouse->database;
my %conf = (DATABASE_URL => $db->cluster->url($db->name));
my ($ada, $bob) = map { $db->value('select core.user_create(?, null)', $_) } qw(ada bob);

sub check ($statement, @kept) {
	return capture([source_dir->child('doc/statement-check')->to_string, @kept], input => $statement);
}

my ($status, $out, $err) = gatehouse(\%conf, 'seal');
is $status, 0, 'the ledger is sealed' or diag $err;
my ($head) = $out =~ /^2 rows sealed\nhead 1 ([0-9a-f]{64})\n\z/;
ok $head, '... and the newest seal is told' or diag $out;
is_deeply [gatehouse(\%conf, 'seal')], [0, "0 rows sealed\nhead 1 $head\n", ''], 'nothing new: no new seal';

$db->sql(q{select core.meter_charge(?, 'chat', 1, null, '{"note":"déjà vu"}')}, $_) for $ada, $bob, $ada;
($status, $out) = gatehouse(\%conf, 'seal');
like $out, qr/^3 rows sealed\nhead 2 /, 'the next seal takes the next rows';
$db->sql(q{select core.meter_charge(?, 'chat', 1, null, null)}, $ada);

($status, my $statement, $err) = gatehouse(\%conf, 'statement', 'ada');
is $status, 0, 'a statement is printed' or diag $err;
($status, $out) = check($statement);
is $status, 0, 'it can be checked' or diag $out;
like $out, qr/^4 rows, 3 of them sealed by 2 seals, balance 2$/m, '... and adds up';
is((check($statement, $head))[0], 0, 'a seal kept earlier is in its chain');
is((check($statement, 'ff' x 32))[0], 1, 'one that never was is not');

my $forged = sub ($what, $change) {
	my $copy = decode_json($statement);
	$change->($copy);
	my ($status, $out) = check(encode_json($copy));
	ok $status == 1 && $out =~ /^WRONG /m, "the check finds $what" or diag $out;
};
$forged->('another amount', sub ($s) { $s->{rows}[1]{text} =~ s/"usage", -1, 4/"usage", 0, 5/ or die });
$forged->('another time', sub ($s) { $s->{rows}[0]{text} =~ s/(\d{16}),/$1 + 1 . ','/e or die });
$forged->('a row left out', sub ($s) { splice @{ $s->{rows} }, 1, 1 });
$forged->('rows exchanged', sub ($s) { @{ $s->{rows} }[1, 2] = @{ $s->{rows} }[2, 1] });
$forged->('a seal made anew', sub ($s) { $s->{seals}[1]{root} = '00' x 32 });
$forged->('a seal left out', sub ($s) { shift @{ $s->{seals} } });

is_deeply [(gatehouse(\%conf, 'statement', 'nobody'))[0, 1]], [1, ''], 'nobody has no statement';
is((gatehouse(\%conf, 'statement', $bob))[0], 0, 'a user may be named by our id');

$db->sql(q{select core.credits_grant(?::uuid, 'bonus', 5, 'x', core.now(), null, core.now() + interval '1 hour')}, $ada);
$db->sql(q{select core.hold_begin(?, null, null, 1, null, 60, null)}, $bob);
$db->clock_move('2 hours');
is_deeply [gatehouse(\%conf, 'sweep')], [0, "2 accounts swept\n", ''], 'what has run out is booked';
is_deeply [gatehouse(\%conf, 'sweep')], [0, "0 accounts swept\n", ''], '... once';
done_testing;
