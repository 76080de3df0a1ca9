-- SPDX-License-Identifier: MIT
-- Does:    decides whose a verified identity is.  Nobody signed in: finds the
--          person or makes a new one, with a trial that is once per person.
--          Somebody signed in: links it to them; of a payer whom nobody had
--          claimed, they take over all that was paid for.
-- Args:    p_kind and p_subject the identity, as verified; p_profile the names
--          it came with now ({username, first_name, …}); p_session_user who is
--          signed in, or null.
-- Returns: the person.
-- Raises:  identity_taken (it is somebody else's).
-- Touches: identities, users, trial_marks; what core.user_create() and
--          core.user_absorb() touch.
create function core.identity_sign_in(p_kind text, p_subject text, p_profile jsonb, p_session_user uuid)
returns uuid
language plpgsql volatile as $$
declare
	v_name text := p_kind || ':' || p_subject;
	v_owner uuid;
	v_user uuid := p_session_user;
begin
	-- Of two who come with it at once the second finds what the first made.
	perform core.lock_person(v_name);
	select user_id into v_owner from identities where kind = p_kind and subject = p_subject;
	if v_owner <> v_user then
		v_user := core.people_join(v_owner, v_user, p_kind);
	end if;
	v_user := coalesce(v_user, v_owner, core.user_create(null, null, false, v_name));
	insert into identities as i (kind, subject, user_id, verified_at, created_at, profile)
	values (p_kind, p_subject, v_user, core.now(), core.now(), coalesce(p_profile, '{}'))
	on conflict (kind, subject) do update set verified_at = core.now(), profile = i.profile || excluded.profile;
	perform core.user_claimed(v_user, v_name);
	return v_user;
end
$$;
