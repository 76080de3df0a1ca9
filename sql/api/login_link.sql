-- SPDX-License-Identifier: MIT
-- Does:    looks at a login link without using it.
-- Args:    p_token SHA-256 in hex of the link's token.
-- Returns: {"name"} whom it lets in.
-- Raises:  unknown_link, link_used (or expired).
-- Touches: login_links, users (read).
create function api.login_link(p_token text) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_link login_links;
begin
	select * into v_link from login_links where token_hash = core.hash_or_null(p_token);
	if not found then
		perform core.fail('unknown_link');
	elsif v_link.used_at is not null or v_link.expires_at <= core.now() then
		perform core.fail('link_used');
	end if;
	return (select jsonb_build_object('name', coalesce(external_id, email, id::text))
		from users where id = v_link.user_id);
end
$$;
revoke all on function api.login_link(text) from public;
