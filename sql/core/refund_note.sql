-- SPDX-License-Identifier: MIT
-- Does:    records a refund; failed and canceled are final.
-- Args:    p_refund Stripe's refund, p_charge its charge, p_created when it was said.
-- Touches: refunds.
create function core.refund_note(p_refund jsonb, p_charge text, p_created bigint) returns void
language sql volatile as $$
	insert into public.refunds as r (id, charge_id, amount, failed_created)
	select p_refund->>'id', p_charge, greatest(core.bigint_or_null(p_refund->>'amount'), 0),
		case when p_refund->>'status' in ('failed', 'canceled') then p_created end
	where p_refund->>'id' <> '' and core.bigint_or_null(p_refund->>'amount') is not null
	on conflict (id) do update set failed_created = least(r.failed_created, excluded.failed_created)
$$;
