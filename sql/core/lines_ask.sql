-- SPDX-License-Identifier: MIT
-- Does:    asks Stripe what a session or an invoice was for, by the outbox; see
--          core.stripe_lines_apply() for the answer.  `gatehouse reconcile` asks
--          as well, for who runs no worker.
-- Args:    p_kind session or invoice, p_subject its id, p_after the last line of
--          the page before, or null.
-- Touches: line_lists, outbox.
create function core.lines_ask(p_kind text, p_subject text, p_after text default null) returns void
language plpgsql volatile as $$
begin
	if p_subject !~ '^[A-Za-z0-9_]{1,255}$' then
		return; -- nothing that Stripe would know
	end if;
	insert into line_lists (subject, kind, asked_at) values (p_subject, p_kind, core.now()) on conflict do nothing;
	perform core.outbox_add('stripe_' || p_kind || '_lines', jsonb_build_object('method', 'GET',
			'path', core.lines_path(p_kind, p_subject), 'subject', p_subject,
			'params', jsonb_strip_nulls(jsonb_build_object('limit', '100', 'starting_after', p_after))),
		concat_ws(':', 'lines', p_subject, p_after))
	from line_lists where subject = p_subject and complete_at is null;
end
$$;
