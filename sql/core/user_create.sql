-- SPDX-License-Identifier: MIT
-- Does:    makes a user with the trial credits; for a known external id, finds it.
-- Args:    p_external_id the application's id or null, p_email unverified or
--          null, p_placeholder stands for a payer nobody claimed yet.
-- Returns: the user's id, whether or not another transaction was faster.
-- Touches: users, credits, credit_lots, credit_transactions.
create function core.user_create(p_external_id text, p_email text, p_placeholder boolean default false)
returns uuid
language plpgsql volatile as $$
declare
	v_id uuid;
begin
	insert into users (external_id, email, placeholder, created_at)
	values (p_external_id, left(p_email, 320), p_placeholder, core.now())
	on conflict (external_id) do nothing
	returning id into v_id;
	if v_id is null then
		return core.user_find(p_external_id);
	end if;
	perform core.credits_grant(v_id, 'trial', 5, 'trial:' || v_id, core.now());
	return v_id;
end
$$;
