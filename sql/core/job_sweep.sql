-- SPDX-License-Identifier: MIT
-- Does:    a step of the job sweep: core.expiry_sweep() of some accounts, so that
--          nobody waits for long, and invitations whose time is over.
-- Returns: {more, count of accounts}.
-- Touches: what core.expiry_sweep() touches; invitations.
create function core.job_sweep() returns jsonb
language sql volatile as $$
	select jsonb_build_object('more', n > 0, 'count', n) from core.expiry_sweep(100) n, core.invitations_expire() ended
$$;
