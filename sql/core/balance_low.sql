-- SPDX-License-Identifier: MIT
-- Does:    tells the operator that a balance fell to a threshold of
--          notice_low_rules or below: once per crossing, and of several crossed
--          at once the lowest.  Its trigger is made by core.notices_watch().
-- Touches: outbox.
create function core.balance_low() returns trigger
language plpgsql as $$
begin
	perform core.outbox_add('low_balance', jsonb_build_object('user_id', u.id, 'external_id', u.external_id,
		'balance', new.balance, 'threshold', r.threshold), null)
	from (select min(balance) as threshold from notice_low_rules
		where balance >= new.balance and balance < old.balance) r
	join users u on u.id = new.user_id
	where r.threshold is not null;
	return null;
end
$$;
