-- SPDX-License-Identifier: MIT
-- Returns: {lists:[{subject, path}]}: sessions and invoices whose lines Stripe has not told
--          yet, oldest first, a thousand at most, for gatehouse reconcile.
-- Touches: line_lists (read).
create function core.lines_wanted() returns jsonb
language plpgsql stable as $$
begin
	return (select jsonb_build_object('lists', coalesce(jsonb_agg(jsonb_build_object('subject', subject,
			'path', core.lines_path(kind, subject)) order by asked_at, subject), '[]'))
		from (select * from line_lists where complete_at is null order by asked_at, subject limit 1000) l);
end
$$;
