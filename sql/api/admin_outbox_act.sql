-- SPDX-License-Identifier: MIT
-- Does:    what an admin may do about the outbox and the upkeep; audited.
-- Args:    p_caller an admin's browser session; p_act retry (the dead message p_id,
--          or all of p_kind, or all), resume (p_channel) or run (p_job).
-- Returns: {count}: how many it changed.
-- Raises:  unauthorized, forbidden, invalid_field, not_found.
-- Touches: outbox, outbox_channels, jobs, audit_log.
create function api.admin_outbox_act(p_caller jsonb, p_act text, p_id bigint, p_kind text, p_channel text, p_job text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_admin uuid := core.caller_admin(p_caller);
	v_count bigint;
begin
	if p_act = 'retry' then
		v_count := core.outbox_retry(p_id, p_kind, v_admin);
	elsif p_act = 'resume' then
		v_count := core.outbox_resume(p_channel, v_admin)::integer;
	elsif p_act = 'run' then
		v_count := core.job_now(p_job, v_admin)::integer;
	else
		perform core.fail('invalid_field', '{"field":"act"}');
	end if;
	if v_count = 0 then
		perform core.fail('not_found');
	end if;
	return jsonb_build_object('count', v_count);
end
$$;
revoke all on function api.admin_outbox_act(jsonb, text, bigint, text, text, text) from public;
