-- SPDX-License-Identifier: MIT
-- Does:    ends what is left of a trial.
-- Touches: credits, credit_lots, credit_transactions, transaction_lots.
create function core.trial_end(p_user uuid) returns void
language plpgsql volatile as $$
begin
	perform from credits where user_id = p_user for no key update;
	update credit_lots set expires_at = core.now() where user_id = p_user and source = 'trial' and open;
	perform core.lots_expire(p_user, core.now());
end
$$;
