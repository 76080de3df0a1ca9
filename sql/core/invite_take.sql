-- SPDX-License-Identifier: MIT
-- Does:    takes the oldest unused, unexpired invite.  One guarded statement:
--          no code is ever taken twice.
-- Args:    p_used_by whom it is for; p_wait false skips what others are just
--          taking, true waits to see whether they keep it.
-- Returns: the invite, all null when there is none.
-- Touches: invites_pool, pool_head.
create function core.invite_take(p_used_by text, p_wait boolean) returns invites_pool
language plpgsql volatile as $$
declare
	v_now timestamptz := core.now();
	v_head pool_head;
	v_id bigint;
	v_invite invites_pool;
begin
	select * into v_head from pool_head;
	if p_wait then
		select id into v_id from invites_pool
		where used_at is null and (created_at, id) >= (v_head.created_at, v_head.id)
			and (expires_at is null or expires_at > v_now)
		order by created_at, id limit 1 for update;
	else
		select id into v_id from invites_pool
		where used_at is null and (created_at, id) >= (v_head.created_at, v_head.id)
			and (expires_at is null or expires_at > v_now)
		order by created_at, id limit 1 for update skip locked;
	end if;
	update invites_pool set used_at = v_now, used_by = p_used_by
	where id = v_id and used_at is null
	returning * into v_invite;
	if v_id % 64 = 0 then
		perform core.pool_head_advance();
	end if;
	return v_invite;
end
$$;
