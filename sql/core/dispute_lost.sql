-- SPDX-License-Identifier: MIT
-- Returns: whether a dispute of that status is lost.  An appeal comes after a
--          loss and changes nothing until it is won.
create function core.dispute_lost(p_status text) returns boolean
language sql immutable as $$
	select p_status in ('lost', 'appeal_needs_response', 'appeal_under_review')
$$;
