-- SPDX-License-Identifier: MIT
-- Does:    shows the ledger of an account, page by page, the newest first.
-- Args:    p_caller a service key (names p_user), the user or their session;
--          p_cursor next_cursor of the page before, p_limit 1 to 1000 (null: 50),
--          p_type of the ledger, p_from (included) and p_to (not) ISO 8601.
-- Returns: {user_id, transactions:[{id, type, amount, balance, agent, quantity,
--          metadata, created_at}], next_cursor: text|null}.
-- Raises:  unauthorized, forbidden, invalid_field, unknown_user.
-- Touches: users, credit_transactions (read); a first JWT its user.
create function api.credit_transactions(p_caller jsonb, p_user text, p_cursor text, p_limit bigint,
	p_type text, p_from text, p_to text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_caller record := core.caller(p_caller, '{key,user,session}');
	v_user uuid := core.caller_target(v_caller.kind, v_caller.user_id, p_user);
	v_field text := core.history_fault(p_cursor, p_limit, p_type, p_from, p_to);
begin
	if v_field is not null then
		perform core.fail('invalid_field', jsonb_build_object('field', v_field));
	end if;
	return jsonb_build_object('user_id', v_user) || core.history_json(v_user, core.bigint_or_null(p_cursor),
		coalesce(p_limit, 50), p_type, core.moment_or_null(p_from), core.moment_or_null(p_to));
end
$$;
revoke all on function api.credit_transactions(jsonb, text, text, bigint, text, text, text) from public;
