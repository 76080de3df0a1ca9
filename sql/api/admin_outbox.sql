-- SPDX-License-Identifier: MIT
-- Does:    the admin's page of the outbox and the upkeep.
-- Args:    p_caller an admin's browser session; p_state dead, pending or null for
--          dead, p_kind or null, p_before the id to go on from or null.
-- Returns: {me, state, kind, kinds:[…], channels as core.outbox_channels_json(), jobs
--          as core.jobs_json(), messages as core.outbox_page(), next: id or null}.
-- Raises:  unauthorized, forbidden, invalid_field.
-- Touches: outbox, outbox_channels, jobs (read).
create function api.admin_outbox(p_caller jsonb, p_state text, p_kind text, p_before bigint) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_admin uuid := core.caller_admin(p_caller);
	v_state text := coalesce(p_state, 'dead');
	v_messages jsonb;
begin
	if v_state not in ('dead', 'pending') then
		perform core.fail('invalid_field', '{"field":"state"}');
	end if;
	v_messages := core.outbox_page(v_state, p_kind, p_before, 50);
	return jsonb_build_object('me', core.me_json(v_admin), 'state', v_state, 'kind', p_kind,
		'kinds', (select jsonb_agg(kind order by kind) from outbox_kinds),
		'channels', core.outbox_channels_json(), 'jobs', core.jobs_json(), 'messages', v_messages,
		'next', case when jsonb_array_length(v_messages) = 50 then v_messages->-1->'id' end);
end
$$;
revoke all on function api.admin_outbox(jsonb, text, text, bigint) from public;
