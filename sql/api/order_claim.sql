-- SPDX-License-Identifier: MIT
-- Does:    adds a guest's purchase to the account of who is signed in; again for
--          what is theirs already changes nothing.
-- Args:    p_caller a browser session; p_session_id as api.success().
-- Returns: {}.
-- Raises:  unauthorized, unknown_order, order_taken (not paid, or an account's).
-- Touches: what core.order_claim() touches; sessions as core.session_see().
create function api.order_claim(p_caller jsonb, p_session_id text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_user uuid := (core.caller(p_caller, '{session}')).user_id;
begin
	if not core.order_claim(core.order_of_session(coalesce(p_session_id, '')), v_user) then
		perform core.fail('order_taken');
	end if;
	return '{}';
end
$$;
revoke all on function api.order_claim(jsonb, text) from public;
