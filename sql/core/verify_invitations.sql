-- SPDX-License-Identifier: MIT
-- Returns: the checks of invitations, as core.verify().  A minute is left to
--          transactions that began before what they saw.
-- Touches: invitations, user_roles, audit_log (read).
create function core.verify_invitations() returns table (check_name text, checked bigint, faults bigint, sample text)
language sql stable as $$
	select 'each accepted invitation gave its role', count(*), count(*) filter (where bad), min(code) filter (where bad)
	from (select i.invite_code as code,
			not exists (select from public.audit_log where action = 'invitation.accept' and subject = i.id::text
				and actor_user = i.recipient_id and detail->>'role' = i.role)
			-- what is not held any more was taken on record
			or not exists (select from public.user_roles where user_id = i.recipient_id and role = i.role)
			and not exists (select from public.audit_log where action = 'role.revoke' and subject = i.recipient_id::text
				and detail->>'role' = i.role) as bad
		from public.invitations i where status = 'accepted') x
	union all
	select 'each invitation has the times of its status', count(*), count(*) filter (where bad), min(code) filter (where bad)
	from (select invite_code as code, coalesce(accepted_at, revoked_at, created_at) < created_at - interval '1 minute'
			or status = 'expired' and expires_at > core.now() + interval '1 minute' as bad
		from public.invitations) x
$$;
