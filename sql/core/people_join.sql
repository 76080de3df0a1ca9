-- SPDX-License-Identifier: MIT
-- Does:    when an identity of one person is shown by another who is signed in,
--          makes them one if either only stands for a payer.
-- Args:    p_owner whose the identity is, p_user who is signed in, p_kind.
-- Returns: the one person.
-- Raises:  identity_taken {kind}.
-- Touches: what core.user_absorb() touches.
create function core.people_join(p_owner uuid, p_user uuid, p_kind text) returns uuid
language plpgsql volatile as $$
begin
	perform core.user_absorb(p_owner, p_user);
	if not exists (select from users where id = p_owner and merged_into = p_user) then
		perform core.user_absorb(p_user, p_owner);
		if not exists (select from users where id = p_user and merged_into = p_owner) then
			perform core.fail('identity_taken', jsonb_build_object('kind', p_kind));
		end if;
		return p_owner;
	end if;
	return p_user;
end
$$;
