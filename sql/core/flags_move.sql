-- SPDX-License-Identifier: MIT
-- Does:    hands the flags of an account to the person it stood for; that somebody
--          shares a card with themselves is no news.
-- Args:    p_from, p_into users.
-- Touches: user_flags.
create function core.flags_move(p_from uuid, p_into uuid) returns void
language plpgsql volatile as $$
begin
	insert into user_flags (user_id, kind, other_id, created_at)
	select case when user_id = p_from then p_into else user_id end, kind,
		case when other_id = p_from then p_into else other_id end, created_at
	from user_flags
	where p_from in (user_id, other_id) and p_into not in (user_id, other_id)
	on conflict do nothing;
	delete from user_flags where p_from in (user_id, other_id);
end
$$;
