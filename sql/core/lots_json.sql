-- SPDX-License-Identifier: MIT
-- Returns: the spendable lots of a user as JSON, in the order they will burn.
-- Touches: as core.lots_live().
create function core.lots_json(p_user uuid) returns jsonb
language plpgsql stable as $$
begin
	return (select coalesce(jsonb_agg(jsonb_build_object('id', id::text, 'source', source, 'amount', amount,
			'remaining', remaining, 'expires_at', expires_at, 'granted_at', granted_at) order by place), '[]')
		from core.lots_live(p_user));
end
$$;
