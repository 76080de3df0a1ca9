-- SPDX-License-Identifier: MIT
-- Does:    explains a ledger row: which lots it touched, and where those came
--          from.  A grant is explained by the lot it made.
-- Args:    p_caller a service key, the user or their session; p_id of the row.
-- Returns: {transaction, lots:[{id, amount touched, source, granted, granted_at,
--          expires_at, order:{id, product, amount, currency, paid_at}|null}]} in
--          the order lots burn.
-- Raises:  unauthorized, forbidden, unknown_transaction, also for another's.
-- Touches: credit_transactions, transaction_lots, credit_lots, orders, prices,
--          products (read); a first JWT its user.
create function api.credit_explain(p_caller jsonb, p_id text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_caller record := core.caller(p_caller, '{key,user,session}');
	v_row credit_transactions;
begin
	select * into v_row from credit_transactions where id = core.bigint_or_null(p_id)
		and (v_caller.kind = 'key' or user_id = v_caller.user_id);
	if not found then
		perform core.fail('unknown_transaction');
	end if;
	return jsonb_build_object('transaction', core.transaction_json(v_row), 'lots', core.explain_lots(v_row));
end
$$;
revoke all on function api.credit_explain(jsonb, text) from public;
