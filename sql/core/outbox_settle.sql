-- SPDX-License-Identifier: MIT
-- Does:    writes down what became of one message.  What failed is due again after
--          a random part of a pause that doubles (full jitter), or after what the
--          far side asked for; after its last attempt it is dead.
-- Args:    p_now core.now(), p_id the row, p_fate done, refused, again, pause, halt
--          or moved; p_outcome, p_error texts or null; p_due when it is due again;
--          p_last whether this was the last attempt; p_to the new destination at
--          p_path of the payload.
-- Returns: done, dead or again.
-- Touches: outbox.
create function core.outbox_settle(p_now timestamptz, p_id bigint, p_fate text, p_outcome text, p_error text,
	p_due timestamptz, p_last boolean, p_to text, p_path text[]) returns text
language plpgsql volatile as $$
declare
	v_dead boolean := p_fate = 'refused' or p_fate in ('again', 'moved') and p_last;
begin
	update outbox set
		done_at = case when p_fate = 'done' then p_now end,
		dead_at = case when v_dead then p_now end,
		outcome = case when p_fate = 'done' then coalesce(p_outcome, 'sent')
			when p_fate = 'refused' then coalesce(p_outcome, 'refused') when v_dead then 'given_up' end,
		last_error = p_error,
		leased_until = null,
		-- that we must wait is no fault of the message
		attempts = attempts - (p_fate in ('pause', 'halt'))::integer,
		due_at = case when p_fate = 'done' or v_dead then due_at else p_due end,
		payload = case when p_fate = 'moved' then jsonb_set(payload, p_path, to_jsonb(p_to)) else payload end,
		destination = case when p_fate = 'moved' then p_to else destination end
	where id = p_id;
	return case when p_fate = 'done' then 'done' when v_dead then 'dead' else 'again' end;
end
$$;
