# SPDX-License-Identifier: MIT
# core.verify() is quiet on true books and finds every kind of damage.

use FindBin;
use lib "$FindBin::Bin/lib";

use Gatehouse;
use Gatehouse::Stripe qw(event payload payloads session);
use Race;

my $db  = Gatehouse->database;
my $dbh = $db->dbh;
events_deliver($dbh, map { payload($_) } payloads());
# A purchase that is spent, then refunded in full: debt, and no seat.
events_deliver($dbh, event('checkout.session.completed', session('cs_back', customer => 'cus_back', amount_total => 2000,
	metadata => { price_id => payload('price.created')->{data}{object}{id} })));
$db->sql(q{select core.meter_charge(user_id, 'image', 40, 'spent', null) from identities where subject = 'cus_back'});
events_deliver($dbh, event('charge.refunded', { id => 'ch_back', object => 'charge', amount => 2000, amount_refunded => 2000,
	payment_intent => 'pi_cs_back' }));
$db->sql(q{insert into invites_pool (code, invite_url) values ('a', 'u'), ('b', 'u'), ('c', 'u')});
ask($dbh, 'api.get_discord_invite', undef, 'cs_test_TestAda000001', undef, undef);
$db->sql(q{select core.meter_charge(user_id, 'image', 30, 'k', null) from credits where balance >= 150});
$db->sql(q{select core.credits_grant(user_id, 'bonus', 50, 'b:' || user_id, core.now()) from credits});
$db->sql(q{select core.hold_begin(user_id, null, null, 10, 'h' || n, 60, null) from credits, generate_series(1, 3) n where debt = 0});
$db->sql(q{select core.hold_settle(h, amount, null, null) from (select h, row_number() over (order by id) as n,
	case when row_number() over (order by id) % 3 = 0 then 0 else 4 end as amount from credit_holds h) x where n % 3 <> 1});
$db->sql(q{insert into rollover_runs values ('2099-01', 0, 0, 0, core.now())});
$db->sql(q{select core.rollover_step('2099-01', 100)});
$db->sql('select core.ledger_seal(2)');
$db->sql(q{select core.price_apply('{"id":"p1","product":"prod_QXg1hqf4jFNsqG","active":true,"unit_amount":5,"metadata":{"credits":"10"}}')});
$db->sql(q{insert into orders (session_id, price_id, mode, created_at) values ('cs_test_TestAda000009', 'p1', 'payment', core.now())});
my $driver = $db->value(q{select core.user_create('driver', null)});
$db->sql(q{select core.role_grant(?::uuid, 'driver')}, $driver);
$db->sql(q{select core.invitations_create(?, 'recipient', null, 1, 'code', null, null)}, $driver);
$db->sql(q{select accept_invitation('code', '{"telegram_id":1,"first_name":"Rita"}')});
$db->sql(q{select core.notification_send(?, 'hello', null, null, null)}, $driver);
is verify_clean($dbh), '', 'true books';
is $db->value('select count(*) from core.verify() where checked = 0 and check_name not like $$%one-time%$$ and check_name not like $$nobody waits%$$
	and check_name !~ $$lapsed$$'),
    0, 'every check had something to check';

# Damage no statement of ours can do: guards are taken off, and all is undone.
sub finds ($check, @damage) {
	$dbh->begin_work;
	$dbh->do("alter table $_ disable trigger all") for qw(credit_transactions transaction_lots credit_holds ledger_seals invites_pool);
	$dbh->do($_) for @damage;
	$dbh->do('alter table credit_transactions enable always trigger append_only, enable always trigger append_only_truncate');
	$dbh->do('alter table ledger_seals enable always trigger append_only, enable always trigger append_only_truncate');
	$dbh->do('alter table transaction_lots enable always trigger append_only, enable always trigger append_only_truncate')
	    unless $check =~ /refuses/;
	my $row = $dbh->selectrow_hashref('select * from core.verify() where check_name = ?', undef, $check);
	ok $row && $row->{faults} > 0 && length $row->{sample}, "$check: finds $damage[-1]" or diag explain $row;
	$dbh->rollback;
}

finds 'lots sum to the balance', 'update credits set balance = balance + 1';
finds 'lots sum to the balance', q{update credit_lots set remaining = remaining - 1 where id = (select max(id) from credit_lots where open)};
finds 'the ledger sums to the balance', 'update credit_transactions set amount = amount + 1 where id = 1';
finds 'the ledger sums to the balance', 'delete from credit_transactions where id = 1';
finds 'each ledger row continues the one before', 'update credit_transactions set balance = balance + 1 where id = 2';
finds 'what left a lot is linked to debits', 'update transaction_lots set amount = amount + 1';
finds 'each debit is paid by lots', 'delete from transaction_lots where lot_id = (select min(lot_id) from transaction_lots)';
finds 'each grant has its lot, each lot its grant', q{update credit_lots set effect = 'x' || effect where effect like 'invoice:%'};
finds 'each grant has its lot, each lot its grant', q{update credit_lots set amount = amount + 1 where effect like 'invoice:%'};
finds 'each debit is paid by lots', q{delete from transaction_lots where transaction_id = (select max(release_id) from credit_holds)};
finds 'sealed rows are as they were sealed', $_ for q{update credit_transactions set metadata = '{"x":1}' where id = 1},
    q{update credit_transactions set created_at = created_at + interval '1 microsecond' where id = 2},
    'update transaction_lots set lot_id = lot_id + 1 where transaction_id = (select max(transaction_id) from transaction_lots)',
    q{delete from credit_transactions where id = 1},
    'update ledger_seals set root = sha256(root) where id = 1';
finds 'the daily totals are those of the rows', $_ for 'update ledger_totals set amount = amount + 1',
    'delete from ledger_totals', 'update ledger_totals_end set to_id = to_id - 1', 'update credit_transactions set amount = amount + 1 where id = 1';
finds 'each seal continues the one before', $_ for 'update ledger_seals set root = sha256(root) where id = 1',
    'delete from ledger_seals where id = 2', 'update ledger_seals set to_id = to_id + 1 where id = 1',
    'update ledger_seals set hash = sha256(hash) where id = 2';
finds 'each hold is what its ledger row took', q{update credit_holds set amount = amount + 1 where state = 'held'};
finds 'each hold is what its ledger row took', q{delete from credit_holds where state = 'held'};
finds 'each hold is settled once', q{update credit_holds set state = 'held', settled_at = null, release_id = null, balance = null where state = 'voided'};
finds 'each hold is settled once', q{update credit_transactions set type = 'adjustment' where type = 'hold_capture'};
finds 'each capture is spent once', q{update credit_holds set captured = captured + 1 where state = 'captured'};
finds 'each paid event has its payment', 'delete from payment_lines', q{delete from payments where effect = 'invoice:in_TestAda000001'};
finds 'each granted payment has its credits', q{update payments set credits = 9999 where status = 'granted'};
finds 'each paid one-time order has its payment', q{update orders set status = 'paid', paid_at = core.now() where session_id = 'cs_test_TestAda000009'};
finds 'each paid order with a seat has one', 'delete from seats';
finds 'each seat holds an invite marked for it', 'update invites_pool set used_at = null, used_by = null where used_by is not null';
finds 'each seat holds an invite marked for it', q{update invites_pool set used_by = 'somebody' where used_by is not null};
finds 'no seat was given more invites than were replaced', q{update invites_pool set used_at = core.now(), used_by = (select order_ref from seats where invite_id is not null)};
finds 'nobody waits while there is stock', q{insert into seats (order_ref, owed_at, asked_at) values ('forgotten', core.now(), core.now())};
finds 'no unused invite is behind the head of the pool', q{update pool_head set created_at = 'infinity'};
my $clawed = q{(select id from credit_lots where clawed > 0 limit 1)};
finds 'each payment is reversed as its charges say', 'update payments set reversed = reversed - 1 where reversed > 0';
finds 'each payment is reversed as its charges say', 'update payments set clawed = 0, reversed = 0, gone = false';
finds 'each payment is reversed as its charges say', 'update charges set refunded = refunded / 2';
finds 'each payment is reversed as its charges say', 'delete from disputes', 'delete from refunds', 'delete from charges';
finds 'what was clawed back is taken from lots or owed', 'update credits set debt = debt + 1';
finds 'what was clawed back is taken from lots or owed', "update credit_lots set clawed = clawed - 1 where id = $clawed";
finds 'no lot gave more than its own payment was reversed', "update credit_lots set effect = effect || 'x' where id = $clawed";
finds 'the ledger sums to the debt', 'update credit_transactions set debt = debt + 1 where id = 1';
finds 'what left a lot is linked to debits', "delete from transaction_lots where lot_id = $clawed";
finds 'a refunded order has no seat', 'delete from seat_revocations';
finds 'a refunded order has no seat', q{update seats set state = 'owed' where state = 'revoked'};
finds 'the ledger refuses changes', "alter table $_" for 'transaction_lots disable trigger append_only', 'credit_lots disable trigger permanent';
finds 'each ledger row has its account', 'update credit_transactions set user_id = gen_random_uuid() where id = 1';
finds 'each link names a ledger row and a lot', "update transaction_lots set $_ = -1 where transaction_id = (select max(transaction_id) from transaction_lots)"
    for qw(transaction_id lot_id);
finds 'each monthly run is the sum of its accounts', $_ for 'update rollovers set rolled_over = rolled_over + 1',
    q{update rollovers set month = '2099-02'}, 'delete from rollovers';
finds 'each account that was rolled over exists', 'update rollovers set user_id = gen_random_uuid()';
finds 'constraints and indexes are valid', 'alter table credits add constraint rich check (balance > 1000) not valid';
is verify_clean($dbh), '', 'and after it all is undone the books are true again';

done_testing;
