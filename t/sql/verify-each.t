# SPDX-License-Identifier: MIT
# Every check of core.verify() is needed: for each there is damage that it finds
# and no other does.  The damage is such as no statement of ours can do.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Gatehouse::Stripe qw(event invoice price session);
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
my $key = key_caller('ab' x 32);
my ($now, $n) = (0, 0);

sub value (@args) { $db->value(@args) }
sub user ($name) { value('select core.user_create(?, null)', $name) }
sub spend ($user, $amount) { $db->sql(q{select core.meter_charge(?::uuid, 'chat', ?::bigint, null, null)}, $user, $amount) }
sub deliver (@event) {
	$db->clock_move('1 second');
	my ($got) = events_deliver($dbh, event(@event, created => value('select extract(epoch from core.now())::bigint')));
	die encode_json($got) unless $got->{outcome} eq 'applied';
}
sub buy ($user, $id) {
	deliver('checkout.session.completed', session("cs_$id", amount_total => 1000, payment_intent => "pi_$id",
		metadata => { price_id => 'price_top', user_id => $user }));
}
sub refund ($id, $cents) {
	deliver('charge.refunded', { id => "ch_$id", object => 'charge', amount => 1000, amount_refunded => $cents, payment_intent => "pi_$id" });
}
sub renewed ($user, $id) {
	my $bill = invoice("in_$id", price => 'price_month', subscription => 'sub_1', customer => 'cus_1');
	$bill->{parent}{subscription_details}{metadata} = { user_id => $user };
	deliver('invoice.paid', $bill);
}
sub hold ($user) { $db->sql(q{select core.hold_begin(?, null, null, 10, ?, 3600, null)}, $user, 'h' . ++$n) }
sub settle ($amount) {
	$db->sql(q{select core.hold_settle(h, ?, null, null) from credit_holds h where state = 'held' order by transaction_id desc limit 1}, $amount);
}

# ---- sound books with something of everything --------------------------------------------

$db->sql(q{select core.clock_move('2027-01-10 12:00+00'::timestamptz - core.now())});
$db->sql('select core.price_apply(?::jsonb, 1)', encode_json(price("price_$_->[0]", unit_amount => 1000,
	metadata => { credits => "$_->[1]" }))) for ['top', 100], ['month', 250];
my ($ada, $bob, $cyd, $dot) = map { user($_) } qw(ada bob cyd dot);
buy($ada, 'part'), refund('part', 300);               # 30 of 100 taken
buy($bob, 'owed'), spend($bob, 65), refund('owed', 1000); # 60 owed
buy($cyd, 'lent1'), spend($cyd, 45), refund('lent1', 1000), buy($cyd, 'lent2'); # 40 owed and repaid
buy($cyd, 'seat');
renewed($dot, $_), $db->clock_move('1 month') for 1, 2;
die 'nothing lapsed' unless ask($dbh, 'api.rollover_cron', '{"cron":true}')->{expired};
$db->sql(q{insert into invites_pool (code, invite_url) values ('a', 'u'), ('b', 'u')});
ask($dbh, 'api.get_discord_invite', undef, 'cs_seat', undef, undef);
$db->sql(q{insert into orders (session_id, price_id, mode, discord, amount, created_at) values ('cs_open', 'price_top', 'payment', false, 1000, core.now())});
$db->sql('select core.ledger_seal(2)');
my $sealed = value('select max(to_id) from ledger_seals');
hold($ada), settle(4), hold($ada), settle(0), hold($ada); # captured, voided, held
spend($ada, $_) for 3, 2;
$db->sql(q{select core.credits_grant(?, 'bonus', 9, 'b', core.now())}, $ada);
my $driver = user('driver');
$db->sql(q{select core.role_grant(?::uuid, 'driver')}, $driver);
$db->sql(q{select core.invitations_create(?, 'recipient', null, 1, ?, null, null)}, $driver, "code-$_") for 1, 2;
$db->sql(q{select accept_invitation('code-1', '{"telegram_id":1,"first_name":"Rita"}')});
$db->clock_move('1 day');
$db->sql(q{select core.notification_send(?, 'hello', null, null, null)}, $driver);
is verify_clean($dbh), '', 'the books are sound';
is value(q{select string_agg(check_name, '; ') from core.verify() where checked = 0 and check_name not like 'nobody waits%'}), undef,
    'every check has something to check';

# ---- damage ------------------------------------------------------------------------------

my %planted;
my @tables = qw(credit_transactions transaction_lots credit_holds ledger_seals invites_pool orders seats payments rollovers audit_log invitations);

# What these statements do is found by this check alone.
sub only ($check, @damage) {
	$planted{$check} = 1;
	$dbh->begin_work;
	$dbh->do("alter table $_ disable trigger all") for @tables;
	$dbh->do($_) for @damage;
	for my $table (qw(credit_transactions transaction_lots ledger_seals)) {
		$dbh->do("alter table $table enable always trigger $_") for qw(append_only append_only_truncate);
	}
	$dbh->do($_->[0]) for grep { $check eq $_->[1] } ['alter table transaction_lots disable trigger append_only', 'the ledger refuses changes'];
	is_deeply $dbh->selectcol_arrayref('select check_name from core.verify() where faults > 0'), [$check], "$check: and nothing else";
	$dbh->rollback;
}

# Rows of this user's ledger and lots.
my $last = sub ($type, $more = '') { "(select max(id) from credit_transactions where type = '$type' $more)" };
my $entry = sub ($user, $type, $amount, %more) {
	my %row = (user_id => "'$user'", type => "'$type'", amount => $amount, balance => "(select balance + $amount from credits where user_id = '$user')", %more);
	return sprintf 'insert into credit_transactions (%s) values (%s)', join(', ', sort keys %row), join ', ', map { $row{$_} } sort keys %row;
};
my $lot = sub ($user, $source, $amount, $effect = 'null') {
	return "insert into credit_lots (user_id, source, amount, remaining, granted_at, effect) values ('$user', '$source', $amount, $amount, core.now(), $effect)";
};
my $richer = sub ($user, $amount) { "update credits set balance = balance + $amount where user_id = '$user'" };

only 'lots sum to the balance', $entry->($ada, 'adjustment', 1), $richer->($ada, 1);
only 'the ledger sums to the balance', $lot->($ada, 'adjustment', 1), $richer->($ada, 1);
only 'what left a lot is linked to debits', 'update credit_lots set remaining = remaining + 1 where effect = ' . "'trial:$ada'",
    q{update credit_lots set remaining = remaining - 1 where effect = 'b'};
only 'each ledger row continues the one before', 'update credit_transactions set balance = balance + 1 where id = ' . $last->('usage');
only 'each debit is paid by lots', "update transaction_lots set amount = amount + 1 where (transaction_id, lot_id) = (select transaction_id, lot_id
	from transaction_lots where transaction_id = @{[ $last->('usage') ]} limit 1)",
    "update transaction_lots set amount = amount - 1 where transaction_id = @{[ $last->('usage', 'and id < ' . $last->('usage')) ]}
	and lot_id = (select min(lot_id) from transaction_lots where transaction_id = @{[ $last->('usage') ]})";
only 'each grant has its lot, each lot its grant', q{update credit_lots set effect = 'other' where effect = 'b'};
only 'each seal continues the one before', 'update ledger_seals set hash = sha256(hash) where id = (select max(id) from ledger_seals)';
only 'sealed rows are as they were sealed', q{update credit_transactions set metadata = '{"x":1}' where id = 2};
only 'each hold is what its ledger row took', q{update credit_holds set amount = amount + 1 where state = 'held'};
only 'each hold is settled once', "update credit_transactions set type = 'hold_capture' where id = " . $last->('hold_void');
only 'each capture is spent once', q{update credit_holds set captured = captured + 1 where state = 'captured'};
only 'each monthly run is the sum of its accounts', q{update rollover_runs set expired = expired + 1 where expired > 0};
only 'each account that was rolled over exists', q{update rollovers set user_id = gen_random_uuid()};
only 'each paid event has its payment', q{delete from payment_lines}, q{delete from payments where effect = 'invoice:in_1'};
only 'each paid one-time order has its payment', q{update orders set status = 'paid', paid_at = core.now() where session_id = 'cs_open'};
only 'an order is refunded when its money is gone', q{update orders set status = 'paid' where session_id = 'cs_owed'};
only 'each granted payment has its credits', q{update payments set credits = 9999 where effect = 'session:cs_seat'};
only 'each paid order with a seat has one', 'delete from seats where state <> $$revoked$$';
only 'each payment is reversed as its charges say', $_ for 'update payments set reversed = reversed - 1 where reversed > 0', 'update charges set refunded = refunded / 3';
only 'what was clawed back is taken from lots or owed', 'update credits set debt = debt + 1 where user_id = ' . "'$bob'",
    $entry->($bob, 'refund', 0, debt => 1, metadata => q{'{"debt":1}'});
only 'no lot gave more than its own payment was reversed', q{update credit_lots set clawed = clawed + 1, lent = lent - 1 where effect = 'session:cs_lent2'};
only 'no lot keeps what is owed', q{update credit_lots set clawed = clawed - 1, lent = lent + 1 where effect = 'session:cs_part'};
only 'no lot keeps what is owed', $lot->($bob, 'bonus', 1, q{'late'}), $entry->($bob, 'bonus', 1, effect => q{'late'}), $richer->($bob, 1);
only 'what lapsed of a lot is what expiries took', q{update credit_lots set lapsed = lapsed - 1 where effect = 'invoice:in_1'};
only 'each ledger row has its account', $entry->('00000000-0000-0000-0000-000000000000', 'adjustment', 0, balance => 0);
only 'each link names a ledger row and a lot', $_ for q{insert into transaction_lots (transaction_id, lot_id, amount) values (} . $last->('bonus') . q{, -1, 1)},
    q{insert into transaction_lots (transaction_id, lot_id, amount) select -1, max(id), 1 from credit_lots};
only 'the ledger sums to the debt', 'update credit_transactions set debt = debt + 1 where id = 1';
only 'a refunded order has no seat', q{update seat_revocations set lifted_at = core.now()};
only 'each seat holds an invite marked for it', q{update invites_pool set used_by = 'somebody' where used_by is not null};
only 'no seat was given more invites than were replaced', q{update invites_pool set used_at = core.now(), used_by = (select order_ref from seats where invite_id is not null)
	where used_at is null};
only 'nobody waits while there is stock', q{insert into seats (order_ref, owed_at, asked_at) values ('forgotten', core.now(), core.now())};
only 'no unused invite is behind the head of the pool', q{update pool_head set created_at = 'infinity'};
only 'each accepted invitation gave its role', $_ for q{delete from user_roles where role = 'recipient'}, q{update invitations set role = 'driver' where status = 'accepted'},
    q{update audit_log set subject = 'another' where action = 'invitation.accept'};
only 'each invitation has the times of its status', $_ for q{update invitations set accepted_at = created_at - interval '1 day' where status = 'accepted'},
    q{update invitations set status = 'expired', expires_at = core.now() + interval '1 day' where status = 'pending'};
only 'each notification has the recipients it counted', $_ for 'update notifications set recipients = recipients + 1',
    qq{insert into notification_recipients (notification_id, user_id) select id, '$ada' from notifications};
only 'each recipient at Telegram has their message', q{update outbox set dedupe_key = 'other' where dedupe_key like 'notification:%'}, @$_
    for [], ['update notification_recipients set outbox_id = null'];
only 'each message of a notification has its recipient', q{insert into outbox (kind, dedupe_key) values ('telegram_message', 'notification:of:nobody')};
only 'each message is open, through or given up', @$_ for ['alter table outbox drop constraint outbox_check',
	q{update outbox set done_at = now(), dead_at = now(), outcome = 'sent' where id = (select min(id) from outbox)}],
    [q{update outbox set done_at = now() where id = (select min(id) from outbox)}];
only 'each lease is of an open message that was taken', @$_ for [q{update outbox set leased_until = now() where id = (select min(id) from outbox)}],
    ['alter table outbox drop constraint outbox_lease_open',
	q{update outbox set leased_until = now(), claims = 1, attempts = 1, done_at = now(), outcome = 'sent' where id = (select min(id) from outbox)}];
only 'the daily totals are those of the rows', 'update ledger_totals set amount = amount + 1';
only 'the ledger refuses changes';
only 'constraints and indexes are valid', 'alter table credits add constraint rich check (balance > 1000) not valid';

is_deeply [sort keys %planted], $dbh->selectcol_arrayref(q{select check_name from core.verify() order by check_name collate "C"}),
    'no check is without its damage';
is verify_clean($dbh), '', 'and after it all is undone the books are sound again';

done_testing;
