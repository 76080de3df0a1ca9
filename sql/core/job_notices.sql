-- SPDX-License-Identifier: MIT
-- Does:    a step of the job notices: core.notices_expiring().
-- Returns: {more, said}; more while there are rules that have not caught up.
-- Touches: what core.notices_expiring() touches.
create function core.job_notices() returns jsonb
language plpgsql volatile as $$
declare
	v_now timestamptz := core.now();
begin
	perform core.notices_expiring(v_now);
	return jsonb_build_object('more', exists (select from notice_expiry_rules where seen_until < v_now + ahead));
end
$$;
