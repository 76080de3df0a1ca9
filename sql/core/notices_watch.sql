-- SPDX-License-Identifier: MIT
-- Does:    has falling balances looked at by core.balance_low(), but only those
--          below the highest threshold: all others pay one comparison.  Made
--          anew when the thresholds change.
-- Touches: the trigger balance_low of credits.
create function core.notices_watch() returns trigger
language plpgsql as $$
begin
	execute format('create or replace trigger balance_low after update of balance on credits for each row
		when (new.balance < old.balance and new.balance <= %s) execute function core.balance_low()',
		(select coalesce(max(balance), -1) from notice_low_rules));
	return null;
end
$$;
drop trigger if exists notices_watch on notice_low_rules;
create trigger notices_watch after insert or update or delete or truncate on notice_low_rules
	for each statement execute function core.notices_watch();
-- The first time.
update notice_low_rules set balance = balance where false;
