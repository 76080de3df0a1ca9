-- SPDX-License-Identifier: MIT
-- Does:    writes down who did what, in the transaction that does it.
-- Args:    p_user or p_key who acted (both null: the operator's own command),
--          p_action noun.verb, p_subject what it was done to (an id or a name),
--          p_detail an object; never secrets.
-- Returns: the row's id.
-- Touches: audit_log.
create function core.audit(p_user uuid, p_key bigint, p_action text, p_subject text, p_detail jsonb default '{}')
returns bigint
language sql volatile as $$
	insert into public.audit_log (at, actor_user, actor_key, action, subject, detail, request_id)
	values (core.now(), p_user, p_key, p_action, p_subject, coalesce(jsonb_strip_nulls(p_detail), '{}'), core.request_id())
	returning id
$$;
