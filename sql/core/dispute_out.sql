-- SPDX-License-Identifier: MIT
-- Returns: whether the funds of a dispute are out of our hands.  An inquiry
--          (warning_*) takes none, a prevented dispute only when Stripe said so,
--          a won one or reinstated funds are back.
create function core.dispute_out(p_dispute disputes) returns boolean
language sql immutable as $$
	select case when p_dispute.status = 'won' then false
		when p_dispute.reinstated_created >= coalesce(p_dispute.withdrawn_created, -1) then false
		when p_dispute.status in ('needs_response', 'under_review') or core.dispute_lost(p_dispute.status) then true
		else p_dispute.withdrawn_created is not null end
$$;
