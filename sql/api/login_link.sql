-- SPDX-License-Identifier: MIT
-- Does:    looks at a login link without using it.
-- Args:    p_client the address it comes from, p_token SHA-256 in hex of the
--          link's token.
-- Returns: {name} whom it lets in; refused: unknown_link, link_used (or expired).
-- Raises:  too_many_requests.
-- Touches: login_links, users (read); attempts.
create function api.login_link(p_client text, p_token text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_user uuid;
begin
	perform core.attempt_begin('link', p_client);
	select user_id into v_user from login_links
	where token_hash = core.hash_or_null(p_token) and used_at is null and expires_at > core.now();
	if not found then
		return core.attempt_failed('link', core.login_link_fault(p_token));
	end if;
	perform core.attempt_passed('link', p_client, null);
	return jsonb_build_object('name', core.user_name(v_user));
end
$$;
revoke all on function api.login_link(text, text) from public;
