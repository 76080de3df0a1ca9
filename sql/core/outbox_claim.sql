-- SPDX-License-Identifier: MIT
-- Does:    takes work of a channel that is due, for a minute: who has not said
--          by then how it went is taken for dead, and the work is due again.
--          So everything is done at least once.  Looks for credits that will
--          expire first.
-- Args:    p_channel of outbox_kinds, p_limit rows at most.
-- Returns: {at: unix seconds, jobs:[{id, attempt, kind, body}]}; body is the
--          same text at every attempt.
-- Touches: outbox; what core.notices_expiring() touches.
create function core.outbox_claim(p_channel text, p_limit integer) returns jsonb
language plpgsql volatile as $$
declare
	v_now timestamptz := core.now();
	v_jobs jsonb;
begin
	perform core.notices_expiring(v_now);
	with due as (
		select o.id from outbox o join outbox_kinds k on k.kind = o.kind and k.channel = p_channel
		where o.done_at is null and o.dead_at is null and o.due_at <= v_now
		order by o.due_at, o.id limit p_limit for update of o skip locked
	), taken as (
		update outbox o set attempts = attempts + 1, due_at = v_now + interval '1 minute'
		from due where o.id = due.id
		returning o.*
	)
	select jsonb_agg(jsonb_build_object('id', id::text, 'attempt', attempts, 'kind', kind,
		'body', jsonb_build_object('id', id::text, 'kind', kind, 'created_at', created_at, 'data', payload)::text) order by id)
	into v_jobs from taken;
	return jsonb_build_object('at', extract(epoch from v_now)::bigint, 'jobs', coalesce(v_jobs, '[]'));
end
$$;
