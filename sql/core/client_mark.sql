-- SPDX-License-Identifier: MIT
-- Does:    names a client by a digest of its address (of the /64 it has under
--          IPv6) and of a salt that is new every day and destroyed after two.
-- Args:    p_address as nginx gives it, or null.
-- Returns: 64 hex digits.
-- Touches: client_salts.
create function core.client_mark(p_address text) returns text
language plpgsql volatile as $$
declare
	v_today date := (core.now() at time zone 'UTC')::date;
	v_salt uuid := (select salt from client_salts where day = v_today);
begin
	if v_salt is null then
		delete from client_salts where day < v_today - 1;
		insert into client_salts (day) values (v_today) on conflict (day) do update set day = excluded.day
		returning salt into v_salt;
	end if;
	return encode(sha256(convert_to(v_salt || ':' || core.client_net(p_address), 'UTF8')), 'hex');
end
$$;
