-- SPDX-License-Identifier: MIT
-- Returns: which of two statuses of one dispute said in one second is the later.
create function core.dispute_rank(p_status text) returns smallint
language sql immutable as $$
	select coalesce(array_position(array['warning_needs_response', 'warning_under_review', 'warning_closed',
		'prevented', 'needs_response', 'under_review', 'lost', 'appeal_needs_response', 'appeal_under_review',
		'won'], p_status), 0)::smallint
$$;
