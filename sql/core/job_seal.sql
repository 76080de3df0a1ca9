-- SPDX-License-Identifier: MIT
-- Does:    the job seal: core.ledger_seal().
-- Returns: {more, said}.
-- Raises:  unavailable while a transaction runs that is too long to wait for.
-- Touches: what core.ledger_seal() touches.
create function core.job_seal() returns jsonb
language plpgsql volatile as $$
declare
	v_rows bigint := core.ledger_seal();
begin
	if v_rows is null then
		perform core.fail('unavailable');
	end if;
	return jsonb_build_object('more', false, 'said', v_rows || ' rows sealed');
end
$$;
