-- SPDX-License-Identifier: MIT
-- Does:    leases rows to the caller.  An attempt counts from here, so that a
--          message a worker dies of is not tried for ever: one that has had its
--          last attempt becomes dead instead.
-- Args:    p_now core.now(), p_ids locked rows.
-- Returns: [{id, claim, kind, created_at, payload as text}].
-- Touches: outbox.
create function core.outbox_take(p_now timestamptz, p_ids bigint[]) returns jsonb
language plpgsql volatile as $$
declare
	v_jobs jsonb;
begin
	update outbox o set dead_at = p_now, outcome = 'given_up', leased_until = null,
		last_error = 'the worker ended in the last of ' || attempts || ' attempts'
	from outbox_kinds k
	where o.id = any (p_ids) and k.kind = o.kind and o.attempts >= k.max_attempts;
	with taken as (
		update outbox o set attempts = attempts + 1, claims = claims + 1, leased_until = p_now + c.lease
		from outbox_channels c
		where o.id = any (p_ids) and o.dead_at is null and c.channel = o.channel
		returning o.*
	)
	select jsonb_agg(jsonb_build_object('id', id::text, 'claim', claims, 'kind', kind,
		'created_at', created_at, 'payload', payload::text) order by due_at, id)
	into v_jobs from taken;
	return coalesce(v_jobs, '[]');
end
$$;
