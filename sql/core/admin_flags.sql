-- SPDX-License-Identifier: MIT
-- Returns: what to look at about people, newest first: [{user, other, kind,
--          created_at}], people by the application's id, e-mail address or our id.
-- Touches: user_flags, users (read).
create function core.admin_flags(p_limit integer) returns jsonb
language plpgsql stable as $$
begin
	return (select coalesce(jsonb_agg(jsonb_build_object('kind', f.kind, 'created_at', f.created_at,
			'user', coalesce(u.external_id, u.email, u.id::text),
			'other', coalesce(o.external_id, o.email, o.id::text)) order by f.created_at desc, f.user_id), '[]')
		from (select * from user_flags order by created_at desc limit p_limit) f
		join users u on u.id = f.user_id join users o on o.id = f.other_id);
end
$$;
