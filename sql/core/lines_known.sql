-- SPDX-License-Identifier: MIT
-- Returns: the lines that buy credits of a session or an invoice whose list is
--          complete: number, price (null: the subscription item knows), item, quantity.
-- Touches: line_lists, line_items (read).
create function core.lines_known(p_subject text)
returns table (line integer, price_id text, item_id text, quantity bigint)
language plpgsql stable as $$
declare
	v_list line_lists;
	v_lines jsonb;
begin
	select * into v_list from line_lists where subject = p_subject and complete_at is not null;
	v_lines := (select jsonb_agg(i.line order by place) from line_items i where subject = p_subject);
	if v_list.kind = 'session' then
		return query select s.line, s.price_id, null::text, s.quantity
			from core.session_lines(jsonb_build_object('line_items', jsonb_build_object('data', v_lines))) s;
	elsif v_list.kind = 'invoice' then
		return query select i.line, i.price_id, i.item_id, i.quantity
			from core.invoice_lines(jsonb_build_object('lines', jsonb_build_object('data', v_lines))) i;
	end if;
end
$$;
