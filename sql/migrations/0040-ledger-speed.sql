-- SPDX-License-Identifier: MIT
-- What the ledger's integrity rests on, at a lower price per charge.

-- Three foreign keys asked once per row what cannot be otherwise.  A child's row is
-- only ever written by functions that hold the account's row of credits locked,
-- the link in the same statement as the ledger row it names; and a parent's row
-- cannot go: the ledger refuses changes, and accounts and lots, whose other columns
-- do change, now refuse to be deleted or renumbered.  `gatehouse verify` proves it
-- on the live rows.
create trigger permanent before delete or update of user_id on credits
	for each row execute function append_only();
create trigger permanent_truncate before truncate on credits
	for each statement execute function append_only();
create trigger permanent before delete or update of id on credit_lots
	for each row execute function append_only();
create trigger permanent_truncate before truncate on credit_lots
	for each statement execute function append_only();
alter table credits enable always trigger permanent, enable always trigger permanent_truncate;
alter table credit_lots enable always trigger permanent, enable always trigger permanent_truncate;
do $$
begin
	execute format('revoke delete, truncate on credits, credit_lots from public, %I', current_user);
end
$$;
alter table credit_transactions drop constraint credit_transactions_user_id_fkey;
alter table transaction_lots
	drop constraint transaction_lots_transaction_id_fkey,
	drop constraint transaction_lots_lot_id_fkey;

-- It served nothing but the foreign key: no query begins at a lot.
drop index transaction_lots_lot;

-- Charges have no effect of their own, and most rows are charges.
alter table credit_transactions drop constraint credit_transactions_effect_key;
create unique index credit_transactions_effect_key on credit_transactions (effect) where effect is not null;
