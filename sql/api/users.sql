-- SPDX-License-Identifier: MIT
-- Does:    makes a user for a service key; for a known external id, finds it.
-- Args:    p_caller a service key, p_external_id 1 to 255 characters, p_email
--          up to 320 characters or null: kept when none was known;
--          p_referral_code whose code the newcomer came by, or null: it counts
--          only for a user who is made now.
-- Returns: {"user":{id, external_id, email, referral_code, referred_by}}: the
--          user's own code, and the code they came by or null.
-- Raises:  unauthorized, forbidden, invalid_field.
-- Touches: users, referral_codes; for a new one what core.user_create() touches.
create function api.users(p_caller jsonb, p_external_id text, p_email text,
	p_referral_code text default null) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_id uuid;
begin
	perform core.caller(p_caller, '{key}');
	if p_external_id is null or length(p_external_id) not between 1 and 255 then
		perform core.fail('invalid_field', '{"field":"external_id"}');
	elsif length(p_email) > 320 or p_email !~ '^[^@\s]+@[^@\s]+$' then
		perform core.fail('invalid_field', '{"field":"email"}');
	end if;
	select id into v_id from users where external_id = p_external_id;
	v_id := coalesce(v_id, core.user_create(p_external_id, p_email,
		p_referral_code => p_referral_code));
	update users set email = p_email where id = v_id and email is null and p_email is not null;
	return (select jsonb_build_object('user', jsonb_build_object('id', id, 'external_id', external_id,
		'email', email, 'referral_code', core.referral_code(v_id),
		'referred_by', (select code from referral_bindings where user_id = v_id)))
		from users where id = v_id);
end
$$;
revoke all on function api.users(jsonb, text, text, text) from public;
