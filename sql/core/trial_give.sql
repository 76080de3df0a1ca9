-- SPDX-License-Identifier: MIT
-- Does:    gives a new user the trial credits unless one of the names they came
--          with was given a trial before, under whatever account, deleted or not.
--          The marks are set first: of two who come at once the second waits.
-- Args:    p_user just made, p_names kind:subject, nulls are left out.
-- Touches: trial_marks; what core.credits_grant() touches.
create function core.trial_give(p_user uuid, p_names text[]) returns void
language plpgsql volatile as $$
declare
	v_marks bytea[] := core.trial_marks_of(p_names);
	v_new bigint;
	v_rule trial_rule;
begin
	insert into credits (user_id, updated_at) values (p_user, core.now()) on conflict do nothing;
	insert into trial_marks (mark, user_id, created_at)
	select mark, p_user, core.now() from unnest(v_marks) mark
	on conflict do nothing;
	get diagnostics v_new = row_count;
	select * into v_rule from trial_rule;
	if v_new = cardinality(v_marks) and v_rule.credits > 0 then
		perform core.credits_grant(p_user, 'trial', v_rule.credits, 'trial:' || p_user, core.now(),
			p_expires_at => core.now() + v_rule.lasts);
	end if;
end
$$;
