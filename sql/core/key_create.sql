-- SPDX-License-Identifier: MIT
-- Does:    records a service key; the key itself is shown once by the command
--          and never stored.  Owner only.
-- Args:    p_name one live key per name, p_key_hash SHA-256 in hex, p_scopes.
-- Returns: the key's id.
-- Raises:  invalid_field.
-- Touches: service_keys.
create function core.key_create(p_name text, p_key_hash text, p_scopes text[] default '{service}')
returns bigint
language plpgsql volatile as $$
declare
	v_id bigint;
begin
	if core.hash_or_null(p_key_hash) is null then
		perform core.fail('invalid_field', '{"field":"key_hash"}');
	end if;
	insert into service_keys (name, key_hash, scopes, created_at)
	values (p_name, core.hash_or_null(p_key_hash), p_scopes, core.now())
	on conflict (name) where revoked_at is null do nothing
	returning id into v_id;
	if v_id is null then
		perform core.fail('invalid_field', '{"field":"name"}');
	end if;
	return v_id;
end
$$;
