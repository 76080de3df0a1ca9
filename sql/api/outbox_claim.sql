-- SPDX-License-Identifier: MIT
-- Does:    takes work of a channel that is due, for the channel's lease: who has not
--          said by then how it went is taken for dead, and the work is due again.
--          So everything is done at least once.
-- Args:    p_channel of outbox_channels, p_limit messages at most.
-- Returns: {at: unix seconds, jobs:[{id, claim, kind, created_at, payload as text}],
--          wait: milliseconds until there may be more, or null}.
-- Touches: outbox, outbox_channels, outbox_destinations.
create function api.outbox_claim(p_channel text, p_limit integer) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_now timestamptz := core.now();
	v_allowed integer := core.outbox_allowance(p_channel, v_now, p_limit);
	v_due bigint[];
	v_ids bigint[];
	v_channel outbox_channels;
	v_jobs jsonb := '[]';
begin
	if v_allowed > 0 then
		select * into v_channel from outbox_channels where channel = p_channel;
		v_due := array(select id from core.outbox_due(p_channel, v_now,
			case when v_channel.destination_gap > '0' then p_limit else v_allowed end));
		v_ids := case when v_channel.destination_gap > '0' and cardinality(v_due) > 0
			then core.outbox_spread(p_channel, v_now, v_due, v_allowed) else v_due end;
		v_jobs := core.outbox_take(v_now, v_ids);
	end if;
	if v_channel.gap > '0' and jsonb_array_length(v_jobs) > 0 then
		update outbox_channels
		set free_at = greatest(free_at, v_now - gap * (burst - 1)) + gap * jsonb_array_length(v_jobs)
		where channel = p_channel;
	end if;
	return jsonb_build_object('at', extract(epoch from v_now)::bigint, 'jobs', v_jobs,
		'wait', case when cardinality(v_due) > 0 then 0 else core.outbox_wait(p_channel, v_now) end);
end
$$;
revoke all on function api.outbox_claim(text, integer) from public;
