-- SPDX-License-Identifier: MIT
-- Returns: what was written down about a subject, the latest first, at most 50:
--          [{at, action, actor a name (null: the operator's own command), detail}].
-- Touches: audit_log (read).
create function core.audit_json(p_subject text) returns jsonb
language sql stable as $$
	select coalesce(jsonb_agg(jsonb_build_object('at', at, 'action', action, 'detail', detail,
		'actor', coalesce(core.user_name(actor_user),
			(select 'key ' || name from public.service_keys where id = actor_key))) order by id desc), '[]')
	from (select * from public.audit_log where subject = p_subject order by id desc limit 50) a
$$;
