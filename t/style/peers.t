#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# Every way in which others got money wrong, by public report, is a test here: the
# report (or, where none is named, the failure) and the files whose tests name it.
use Mojo::Base -strict, -signatures;

use FindBin;
use lib $FindBin::Bin;
use Test::More;
use Tree;

my @failures = (
	# Twice
	['vm0#10668', 'the same event credited twice by check, then insert', qw(t/sql/peers-money.t)],
	['lago-api#2243', 'the same', qw(t/sql/peers-money.t)],
	['open-saas#688', 'the same', qw(t/sql/peers-money.t)],
	['two different events for one fact', 'both credited', qw(t/sql/peers-money.t)],
	['the event was recorded before it was handled, then came a crash', 'never handled', qw(t/sql/peers-money.t)],
	# Out of nothing
	['llmgateway#2479', 'any paid invoice was a renewal: a plan change minted 537 credits each time', qw(t/sql/year.t t/sql/money-order.t)],
	['eliza#22681', 'a negative price minted 31,348', qw(t/sql/peers-money.t)],
	# Order
	['stripe/sync-engine#268', 'ordering by seconds kept a stale row; canceled is final', qw(t/sql/year.t t/sql/money-order.t)],
	# Back
	['fountain#1126', 'the second partial refund was lost, a refund after a dispute clawed twice', qw(t/sql/money-order.t)],
	['eliza#11155', 'a dispute won, then a refund clawed too little', qw(t/sql/money-order.t)],
	# Time and holds
	['vm0#10299', 'expired credit could be spent until a sweep', qw(t/sql/holds.t)],
	['suna#5869', 'a released hold came back as credit that never expires', qw(t/sql/holds.t t/handlers/hold-void.t)],
	['blnk#181', 'holds were not counted in what is available', qw(t/sql/holds.t t/handlers/credit-holds.t)],
	['eliza#11606', 'a hold was settled twice', qw(t/sql/holds.t t/handlers/hold-capture.t)],
	['blnk#182', 'a rejected hold could be committed', qw(t/sql/holds.t t/handlers/hold-capture.t)],
	# Deliveries
	['an event nobody listed was answered 400', 'and came again for ever', qw(t/sql/peers-money.t)],
	['the success page was opened before the webhook arrived', 'and failed', qw(t/sql/peers-money.t)],
	['sync-engine#111', 'after a downtime the backfill returned 0', qw(t/cli/reconcile.t)],
	['cashier-stripe#1751', 'a version of the API moved fields', qw(t/sql/peers-money.t t/sql/money-order.t)],
	# Gifts
	['vm0#15772', 'one person farmed some 70 trials with 4 cards', qw(t/sql/cards.t t/sql/referral.t)],
	['21st#288', 'delete, register again, have another trial', qw(t/sql/cards.t t/sql/referral.t)],
	['manifold#3991', 'a streak broke after 24 hours instead of at midnight', qw(t/sql/streak.t)],
	['PHASE#235', 'at whose midnight: UTC or the member\'s', qw(t/sql/streak.t)],
);

for my $failure (@failures) {
	my ($report, $what, @files) = @$failure;
	for my $file (@files) {
		my $named = (grep { $_ eq $file } files(qr{^t/})) && index(text($file), $report) >= 0;
		ok $named, "$report ($what): named by $file";
	}
}

# The other way round: a report that a test of money names is in the list.
my %listed = map { $_->[0] => 1 } @failures;
all_files_hold 'every report that a test names is listed', [grep { $_ ne 't/style/peers.t' } files(qr{^t/(?:sql|handlers|cli|journey|faults)/.*\.t$})],
	sub ($file, $text) { grep { !$listed{$_} && !$listed{"stripe/$_"} } $text =~ m{\b((?:\w+/)?[A-Za-z][\w-]*#\d{2,})\b}g };

done_testing;
