-- SPDX-License-Identifier: MIT
-- Does:    notes that a person has shown a verified identity: they stand for
--          nobody any more, have their own referral code, and get no second
--          trial under that name should they unlink it.
-- Args:    p_user, p_name kind:subject.
-- Touches: users, trial_marks, referral_codes.
create function core.user_claimed(p_user uuid, p_name text) returns void
language plpgsql volatile as $$
begin
	update users set placeholder = false where id = p_user and placeholder;
	insert into trial_marks (mark, user_id, created_at)
	select mark, p_user, core.now() from unnest(core.trial_marks_of(array[p_name])) mark
	on conflict do nothing;
	perform core.referral_code(p_user);
end
$$;
