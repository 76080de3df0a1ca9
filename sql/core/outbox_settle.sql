-- SPDX-License-Identifier: MIT
-- Does:    writes down what became of messages.  What failed is due again after a
--          random part of a pause that doubles (full jitter), or after what the far
--          side asked for; after its last attempt it is dead.
-- Args:    p_now core.now(), p_results as of api.outbox_record(), p_faults {id: why
--          the answer could not be applied}: those are due again.
-- Returns: {done, again, dead, late}: how many of each.
-- Touches: outbox.
create function core.outbox_settle(p_now timestamptz, p_results jsonb, p_faults jsonb) returns jsonb
language sql volatile as $$
	with said as (
		select r.*, case when p_faults ? r.id::text then 'again' else r.fate end as fated,
			coalesce(p_faults->>r.id::text, r.error) as fault
		from core.outbox_results(p_results) r
	), judged as (
		select *, fated = 'refused' or fated in ('again', 'moved') and attempts >= max_attempts as dies,
			p_now + case when fated in ('pause', 'moved', 'halt') then wait
				else greatest(wait, random() * least(longest_pause, first_pause * power(2, least(attempts - 1, 30)))) end as next
		from said
	), settled as (
		update outbox o set
			done_at = case when j.fated = 'done' then p_now end,
			dead_at = case when j.dies then p_now end,
			outcome = case when j.fated = 'done' then coalesce(j.outcome, 'sent')
				when j.fated = 'refused' then coalesce(j.outcome, 'refused') when j.dies then 'given_up' end,
			last_error = j.fault,
			leased_until = null,
			-- that we must wait is no fault of the message
			attempts = o.attempts - (j.fated in ('pause', 'halt'))::integer,
			due_at = case when j.fated = 'done' or j.dies then o.due_at else j.next end,
			payload = case when j.fated = 'moved' then jsonb_set(o.payload, j.path, to_jsonb(j.moved_to)) else o.payload end,
			destination = case when j.fated = 'moved' then j.moved_to else o.destination end
		from judged j where o.id = j.id
		returning j.fated = 'done' as is_done, j.dies as is_dead
	)
	select jsonb_build_object('done', count(*) filter (where is_done), 'dead', count(*) filter (where is_dead),
		'again', count(*) filter (where not is_done and not is_dead),
		'late', jsonb_array_length(p_results) - count(*))
	from settled
$$;
