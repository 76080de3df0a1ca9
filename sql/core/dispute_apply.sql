-- SPDX-License-Identifier: MIT
-- Does:    records a dispute, in whatever order its events come: the newest
--          status stands, and when its funds went and came back.
-- Args:    p_event a dispute event; the caller holds the catalogue lock alone.
-- Touches: charges, disputes; what core.charge_settle() touches.
create function core.dispute_apply(p_event jsonb) returns void
language plpgsql volatile as $$
declare
	v_dispute jsonb := p_event#>'{data,object}';
	v_at timestamptz := core.event_created(p_event);
	v_created bigint := extract(epoch from v_at)::bigint;
	v_status text := coalesce(v_dispute->>'status', '');
begin
	perform core.charge_note(v_dispute->>'charge', v_dispute->>'payment_intent', null,
		coalesce(core.time_or_null(v_dispute->>'created'), v_at));
	insert into disputes as d (id, charge_id, amount, status, withdrawn_created, reinstated_created,
		seen_created, seen_rank)
	values (v_dispute->>'id', v_dispute->>'charge',
		greatest(coalesce(core.bigint_or_null(v_dispute->>'amount'), 0), 0), v_status,
		case when p_event->>'type' like '%.funds_withdrawn' then v_created end,
		case when p_event->>'type' like '%.funds_reinstated' then v_created end,
		v_created, core.dispute_rank(v_status))
	on conflict (id) do update set
		withdrawn_created = greatest(d.withdrawn_created, excluded.withdrawn_created),
		reinstated_created = greatest(d.reinstated_created, excluded.reinstated_created);
	update disputes set amount = greatest(coalesce(core.bigint_or_null(v_dispute->>'amount'), 0), 0),
		status = v_status, seen_created = v_created, seen_rank = core.dispute_rank(v_status)
	where id = v_dispute->>'id' and (v_created, core.dispute_rank(v_status)) > (seen_created, seen_rank);
	perform core.charge_settle(v_dispute->>'charge');
end
$$;
