-- SPDX-License-Identifier: MIT
-- Does:    decides who is calling.  A first valid JWT creates its user.
-- Args:    p_caller what the program found (null: nobody), p_allow the kinds
--          let in (key, user, session, cron), p_scope what a key must carry.
-- Returns: kind, the user (null for keys and cron), the key, the user's roles.
-- Raises:  unauthorized (missing, unknown, expired, revoked), forbidden (scope).
-- Touches: service_keys, user_roles (read); sessions as core.session_see(); by
--          caller_user users.
create function core.caller(p_caller jsonb, p_allow text[], p_scope text default 'service',
	out kind text, out user_id uuid, out key_id bigint, out roles text[])
language plpgsql volatile as $$
declare
	v_scopes text[];
begin
	kind := case when p_caller ? 'key' then 'key' when p_caller ? 'user' then 'user'
		when p_caller ? 'session' then 'session' when p_caller ? 'cron' then 'cron' end;
	if kind is null or not kind = any (p_allow) then
		perform core.fail('unauthorized');
	elsif kind = 'key' then
		select s.id, s.scopes into key_id, v_scopes from service_keys s
		where s.key_hash = core.hash_or_null(p_caller->>'key') and s.revoked_at is null;
	elsif kind = 'session' then
		user_id := core.session_see(core.hash_or_null(p_caller->>'session'));
	elsif kind = 'user' then
		user_id := core.caller_user(p_caller->'user');
	end if;
	if kind <> 'cron' and user_id is null and key_id is null then
		perform core.fail('unauthorized');
	elsif kind = 'key' and not p_scope = any (v_scopes) then
		perform core.fail('forbidden');
	elsif user_id is not null then
		roles := array(select r.role from user_roles r where r.user_id = caller.user_id order by 1);
	end if;
end
$$;
