-- SPDX-License-Identifier: MIT
-- Does:    binds an order to the Stripe session made for it, once; a later call
--          is told what the order is bound to.
-- Args:    p_order the order's id, p_session_id, p_url of the hosted page.
-- Returns: {session_id, url}.
-- Raises:  unknown_order, invalid_field.
-- Touches: orders.
create function api.checkout_bind(p_order text, p_session_id text, p_url text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_result jsonb;
begin
	if coalesce(p_session_id, '') = '' then
		perform core.fail('invalid_field', '{"field":"session_id"}');
	end if;
	update orders set session_id = coalesce(session_id, p_session_id),
		url = case when session_id is null or session_id = p_session_id then coalesce(url, p_url) else url end
	where id = core.uuid_or_null(p_order)
	returning jsonb_build_object('session_id', session_id, 'url', url) into v_result;
	if v_result is null then
		perform core.fail('unknown_order');
	end if;
	return v_result;
end
$$;
revoke all on function api.checkout_bind(text, text, text) from public;
