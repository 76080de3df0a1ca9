-- SPDX-License-Identifier: MIT
-- Does:    signs somebody in by a message their wallet signed, or links the
--          wallet to who is signed in.  The nonce is used up by it.
-- Args:    p_caller a browser session or null; p_client the address; p_wallet
--          whose message it is, null when they did not sign it; p_nonce,
--          p_issued_at, p_expiration_time, p_not_before of the message;
--          p_session SHA-256 in hex of a new cookie's token; p_user_agent or
--          null; p_next where to go, or null; p_order_session
--          the session of a purchase to add to the account, or null.
-- Returns: {user: as api.session(), linked: whether the session stays the one
--          it was, landing: a path}; refused: bad_signature, nonce_used,
--          invalid_field {field: message, reason}, identity_taken.
-- Raises:  too_many_requests, unknown_order.
-- Touches: wallet_nonces, attempts, sessions; as core.identity_sign_in()
--          and core.order_claim().
create function api.wallet_sign_in(p_caller jsonb, p_client text, p_wallet text, p_nonce text, p_issued_at text,
	p_expiration_time text, p_not_before text, p_session text, p_user_agent text, p_next text, p_order_session text default null) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_fault text := core.wallet_fault(p_issued_at, p_expiration_time, p_not_before);
	v_here uuid := core.visitor(p_caller);
	v_user uuid;
	v_order uuid := core.order_of_session(p_order_session);
begin
	perform core.attempt_begin('wallet', p_client);
	if p_wallet is null then
		return core.attempt_failed('wallet', 'bad_signature');
	elsif v_fault is not null then
		return core.attempt_failed('wallet', 'invalid_field', jsonb_build_object('field', 'message', 'reason', v_fault));
	end if;
	delete from wallet_nonces where nonce = p_nonce and expires_at > core.now();
	if not found then
		return core.attempt_failed('wallet', 'nonce_used');
	end if;
	begin
		v_user := core.identity_sign_in('wallet', lower(p_wallet), jsonb_build_object('address', p_wallet), v_here);
	exception when sqlstate 'GH409' then
		-- It was no guess; but what was signed for that is not to be good again.
		perform core.attempt_passed('wallet', p_client, null);
		return '{"refused":{"error":"identity_taken","detail":{"kind":"wallet"}}}';
	end;
	perform core.attempt_passed('wallet', p_client, v_user);
	if v_here is distinct from v_user then
		perform core.session_end(p_caller);
		perform core.session_open(v_user, p_session, p_user_agent);
	end if;
	return jsonb_build_object('user', core.user_json(v_user), 'linked', v_here is not distinct from v_user,
		'landing', case when v_order is not null then core.order_landing(v_order, v_user)
			else core.landing(v_user, p_next) end);
end
$$;
revoke all on function api.wallet_sign_in(jsonb, text, text, text, text, text, text, text, text, text, text) from public;
