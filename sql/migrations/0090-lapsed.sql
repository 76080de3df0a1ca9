-- SPDX-License-Identifier: MIT
-- What of a lot ran out unspent, by its own time or at a month's end: nobody owes
-- that when the money of the lot goes back.
alter table credit_lots add column lapsed bigint not null default 0 check (lapsed >= 0);
update credit_lots l set lapsed = e.amount
from (select k.lot_id, sum(k.amount)::bigint as amount
	from transaction_lots k join credit_transactions t on t.id = k.transaction_id
	where t.type = 'expiry' group by 1) e
where l.id = e.lot_id;
alter table credit_lots add check (remaining + clawed + lent + lapsed <= amount);
