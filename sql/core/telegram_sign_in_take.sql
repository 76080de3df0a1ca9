-- SPDX-License-Identifier: MIT
-- Does:    uses a sign-in that was begun, once.
-- Args:    p_caller the browser's session or null, p_state and p_browser as in
--          core.telegram_sign_in_find().
-- Returns: its row.
-- Raises:  sign_in_stale; also when somebody else is signed in than when it began.
-- Touches: telegram_sign_ins; sessions as core.session_see().
create function core.telegram_sign_in_take(p_caller jsonb, p_state text, p_browser text)
returns public.telegram_sign_ins
language plpgsql volatile as $$
declare
	v_visitor uuid := core.visitor(p_caller);
	v_row telegram_sign_ins;
begin
	update telegram_sign_ins set used_at = core.now()
	where state_hash = core.hash_or_null(p_state) and browser_hash = core.hash_or_null(p_browser)
		and used_at is null and expires_at > core.now() and user_id is not distinct from v_visitor
	returning * into v_row;
	if not found then
		perform core.fail('sign_in_stale');
	end if;
	return v_row;
end
$$;
