-- SPDX-License-Identifier: MIT
-- Does:    finds the order of a Checkout Session: bound to it, else named by
--          its metadata and not yet bound to another, else a new one, for
--          sessions that were not made here; see core.session_gift().
-- Args:    p_session Stripe's session, p_created when the event happened.
-- Returns: the order's id; the row is locked.
-- Touches: orders; users (read).
create function core.session_order(p_session jsonb, p_created timestamptz) returns uuid
language plpgsql volatile as $$
declare
	v_session text := p_session->>'id';
begin
	update orders set session_id = v_session
	where id = core.uuid_or_null(p_session#>>'{metadata,order_id}') and session_id is null
		and not exists (select from orders where session_id = v_session);
	insert into orders (session_id, price_id, mode, created_at, gift_to)
	values (v_session, core.session_price(p_session), core.session_mode(p_session), p_created,
		core.session_gift(p_session))
	on conflict (session_id) do nothing;
	return (select id from orders where session_id = v_session for no key update);
end
$$;
