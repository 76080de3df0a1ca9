-- SPDX-License-Identifier: MIT
-- Does:    says as whom a member manages what they bought at Stripe.
-- Args:    p_caller a service key (names p_user), the user or their session.
-- Returns: {user_id, customer}.
-- Raises:  unauthorized, forbidden, invalid_field, unknown_user, no_customer.
-- Touches: identities, subscriptions (read); a first JWT its user.
create function api.portal(p_caller jsonb, p_user text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_caller record := core.caller(p_caller, '{key,user,session}');
	v_user uuid := core.caller_target(v_caller.kind, v_caller.user_id, p_user);
	v_customer text := core.user_customer(v_user);
begin
	if v_customer is null then
		perform core.fail('no_customer');
	end if;
	return jsonb_build_object('user_id', v_user, 'customer', v_customer);
end
$$;
revoke all on function api.portal(jsonb, text) from public;
