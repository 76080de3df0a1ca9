-- SPDX-License-Identifier: MIT
-- Does:    writes invitations, unless they are there already: one that waits for
--          another transaction's row of that place makes none.
-- Args:    as core.invitations_create(); p_first and p_last place.
-- Returns: how many were made.
-- Touches: invitations.
create function core.invitations_insert(p_inviter uuid, p_role text, p_for interval, p_code text, p_key text,
	p_first bigint, p_last bigint)
returns bigint
language plpgsql volatile as $$
declare
	v_made bigint;
begin
	insert into invitations (inviter_id, inviter_telegram_id, inviter_login, invite_code, role, created_at,
		expires_at, idempotency_key, place)
	select p_inviter, n.telegram_id, coalesce(n.username, left(core.user_name(p_inviter), 255)),
		coalesce(p_code, core.invitation_code()), p_role, core.now(), core.now() + p_for, p_key, place
	from generate_series(p_first, p_last) place, core.telegram_names(p_inviter) n
	on conflict do nothing;
	get diagnostics v_made = row_count;
	return v_made;
end
$$;
