-- SPDX-License-Identifier: MIT
-- Does:    acts on an event whose outcome is `applied`.
-- Args:    p_event the recorded event.
-- Touches: what the functions it calls touch; takes the catalogue lock.
create function core.event_apply(p_event jsonb) returns void
language plpgsql volatile as $$
declare
	v_object jsonb := p_event#>'{data,object}';
	v_family text := substring(p_event->>'type' from '^(checkout|invoice|customer|price|product)\.');
	v_created bigint := extract(epoch from core.event_created(p_event))::bigint;
	v_rank smallint := core.event_rank(p_event->>'type');
begin
	perform core.lock_catalogue(v_family in ('checkout', 'invoice'));
	case v_family
	when 'checkout' then perform core.session_apply(p_event);
	when 'invoice' then perform core.invoice_apply(p_event);
	when 'customer' then perform core.subscription_apply(v_object, v_created, v_rank, p_event->>'id');
	when 'price' then perform core.price_apply(v_object, v_created, v_rank, p_event->>'id');
	when 'product' then perform core.product_apply(v_object, v_created, v_rank, p_event->>'id');
	end case;
	if v_family in ('customer', 'price', 'product') then
		perform core.catalogue_settle();
	end if;
end
$$;
