-- SPDX-License-Identifier: MIT
-- Returns: the hashes of the ledger rows of these ids, in the order of ids:
--          sha256 of a zero byte and the row's text.
-- Touches: credit_transactions, transaction_lots (read).
create function core.ledger_leaves(p_from bigint, p_to bigint) returns bytea[]
language plpgsql stable as $$
begin
	return (select coalesce(array_agg(sha256('\x00'::bytea || convert_to(core.ledger_text(t), 'UTF8')) order by id), '{}')
		from credit_transactions t where id between p_from and p_to);
end
$$;
