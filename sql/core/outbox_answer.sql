-- SPDX-License-Identifier: MIT
-- Does:    gives the far side's answer to the function of core that its kind names,
--          together with the recording of it: both happen or neither.
-- Args:    p_apply the function, p_id the outbox row, p_status HTTP status, p_body
--          the answer's body.
-- Returns: null, or why the function could not take it; then nothing of it happened.
-- Touches: what that function touches.
create function core.outbox_answer(p_apply text, p_id bigint, p_status integer, p_body text) returns text
language plpgsql volatile as $$
begin
	execute format('select core.%I($1, $2, $3::jsonb)', p_apply) using p_id, p_status, p_body;
	return null;
exception when others then
	return p_apply || ': ' || sqlerrm;
end
$$;
