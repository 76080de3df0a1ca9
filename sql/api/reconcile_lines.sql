-- SPDX-License-Identifier: MIT
-- Does:    core.lines_take(): keeps one page of the lines of a session or an invoice.
-- Args:    p_subject its id, p_page Stripe's list.
-- Returns: the line after which the next page begins, null after the last one.
-- Touches: what core.lines_take() touches.
create function api.reconcile_lines(p_subject text, p_page jsonb) returns jsonb
language sql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
	select jsonb_build_object('next', core.lines_take(p_subject, p_page))
$$;
revoke all on function api.reconcile_lines(text, jsonb) from public;
