-- SPDX-License-Identifier: MIT
-- Does:    settles every payment that this charge may concern.  One that is not
--          known yet waits: its own event settles it by core.payment_heard().
-- Args:    p_charge the charge's id.
-- Touches: what core.payment_reverse() touches.
create function core.charge_settle(p_charge text) returns void
language sql volatile as $$
	select core.payment_reverse(p.id)
	from (select unnest(core.charge_payments(c)) as id from public.charges c where c.id = p_charge order by 1) p
$$;
