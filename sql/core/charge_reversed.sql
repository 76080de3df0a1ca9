-- SPDX-License-Identifier: MIT
-- Does:    says how much of a charge went back, of all that was heard in any
--          order: refunds (the cumulative sum as last said, less what failed
--          since then; or the refunds known one by one, when that is more) and
--          disputes whose funds are out.
-- Args:    p_charge the charge.
-- Returns: cents reversed; those beyond recall (refunds and lost disputes);
--          whether a dispute was lost.
-- Touches: refunds, disputes (read).
create function core.charge_reversed(p_charge charges, out reversed bigint, out final bigint, out lost boolean)
language plpgsql stable as $$
declare
	v_refunds bigint := (select greatest(0, p_charge.refunded
			- coalesce(sum(amount) filter (where failed_created >= p_charge.seen_created), 0),
			coalesce(sum(amount) filter (where failed_created is null), 0))
		from refunds where charge_id = p_charge.id);
begin
	select v_refunds + coalesce(sum(amount), 0),
		v_refunds + coalesce(sum(amount) filter (where core.dispute_lost(d.status)), 0),
		coalesce(bool_or(core.dispute_lost(d.status)), false)
	into reversed, final, lost
	from disputes d where charge_id = p_charge.id and core.dispute_out(d);
end
$$;
