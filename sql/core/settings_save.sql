-- SPDX-License-Identifier: MIT
-- Does:    keeps how somebody wants to be spoken to.
-- Args:    p_user; p_language of those the site speaks, or "browser"; p_time_zone
--          of time_zones; null changes nothing.
-- Raises:  invalid_field.
-- Touches: users, time_zones (read).
create function core.settings_save(p_user uuid, p_language text, p_time_zone text) returns void
language plpgsql volatile as $$
begin
	if p_language is not null and p_language not in ('en', 'es', 'ru', 'browser') then
		perform core.fail('invalid_field', '{"field":"language"}');
	elsif p_time_zone is not null and not exists (select from time_zones where name = p_time_zone) then
		perform core.fail('invalid_field', '{"field":"time_zone"}');
	end if;
	update users set
		language = case when p_language is null then language else nullif(p_language, 'browser') end,
		time_zone = coalesce(p_time_zone, time_zone)
	where id = p_user;
end
$$;
