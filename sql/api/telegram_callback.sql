-- SPDX-License-Identifier: MIT
-- Does:    finishes a sign-in: uses it up, signs in or links in a new session, and
--          accepts the invitation or takes in the purchase it was begun for, in one
--          transaction.  What cannot be had does not keep anybody out: its page says why.
-- Args:    p_caller a browser session or null, p_client the address, p_state and p_browser as in
--          core.telegram_sign_in_find(), p_claims those of the id token, whose
--          signature, issuer, audience and nonce are verified; p_session and
--          p_user_agent as in core.telegram_sign_in().
-- Returns: {landing}: where to go; refused: sign_in_stale (also a token that
--          expired or is not of now).
-- Raises:  sign_in_failed (no id), identity_taken, invalid_field,
--          too_many_requests.
-- Touches: telegram_sign_ins, attempts; what core.telegram_sign_in(),
--          core.invitation_accept() and core.order_claim() touch.
create function api.telegram_callback(p_caller jsonb, p_client text, p_state text, p_browser text,
	p_claims jsonb, p_session text, p_user_agent text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_row telegram_sign_ins;
	v_now numeric := extract(epoch from core.now());
	v_user uuid;
begin
	perform core.attempt_begin('telegram', p_client);
	begin
		v_row := core.telegram_sign_in_take(p_caller, p_state, p_browser);
		-- A minute for clocks that differ.
		if (p_claims->>'exp')::numeric <= v_now - 60 or (p_claims->>'iat')::numeric not between v_now - 600 and v_now + 60 then
			perform core.fail('sign_in_stale');
		end if;
	exception when sqlstate 'GH410' then
		return core.attempt_failed('telegram', 'sign_in_stale');
	end;
	perform core.session_end(p_caller);
	v_user := core.telegram_sign_in(p_claims->>'id', p_claims, v_row.user_id, p_session, p_user_agent);
	perform core.attempt_passed('telegram', p_client, v_user);
	return jsonb_build_object('landing', case when v_row.order_id is not null then core.order_landing(v_row.order_id, v_user)
		when v_row.invite is not null then core.invitation_landing(v_row.invite, v_user)
		else core.landing(v_user, v_row.next) end);
end
$$;
revoke all on function api.telegram_callback(jsonb, text, text, text, jsonb, text, text) from public;
