-- SPDX-License-Identifier: MIT
-- Returns: a ledger row as the text that is sealed: a JSON array of id, user,
--          type, amount, balance, idempotency key, request hash, agent, quantity,
--          metadata, effect, request id, microseconds since 1970, and the lots
--          that were touched as pairs of lot and amount.
-- Touches: transaction_lots (read).
create function core.ledger_text(p_row credit_transactions) returns text
language plpgsql stable as $$
begin
	return jsonb_build_array(p_row.id, p_row.user_id, p_row.type, p_row.amount, p_row.balance,
		p_row.idempotency_key, encode(p_row.request_hash, 'hex'), p_row.agent, p_row.quantity, p_row.metadata,
		p_row.effect, p_row.request_id, (extract(epoch from p_row.created_at) * 1000000)::bigint,
		(select coalesce(jsonb_agg(jsonb_build_array(lot_id, amount) order by lot_id), '[]')
			from transaction_lots where transaction_id = p_row.id))::text;
end
$$;
