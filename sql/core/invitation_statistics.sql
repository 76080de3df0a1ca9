-- SPDX-License-Identifier: MIT
-- Returns: {total, pending, accepted, revoked, expired}.
-- Args:    p_inviter whose (null: everybody's).
-- Touches: invitations (read, by the indexes of status, of what ends, of the inviter).
create function core.invitation_statistics(p_inviter uuid) returns jsonb
language plpgsql stable as $$
declare
	v_json jsonb;
begin
	execute format($q$
		select jsonb_build_object('total', coalesce(sum(n), 0),
			'pending', coalesce(sum(n) filter (where status = 'pending'), 0) - min(over),
			'accepted', coalesce(sum(n) filter (where status = 'accepted'), 0),
			'revoked', coalesce(sum(n) filter (where status = 'revoked'), 0),
			'expired', coalesce(sum(n) filter (where status = 'expired'), 0) + min(over))
		from (select count(*) as over from invitations
			where status = 'pending' and expires_at <= core.now() and %1$s) o
		left join (select status, count(*) as n from invitations where %1$s group by status) s on true $q$,
		case when p_inviter is null then 'true' else 'inviter_id = $1' end)
	into v_json using p_inviter;
	return v_json;
end
$$;
