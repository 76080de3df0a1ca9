-- SPDX-License-Identifier: MIT
-- Does:    /start: greets; with the code of an invitation shows the way to its page.
--          Opening a link of t.me consumes nothing.
-- Args:    p_asked as in core.telegram_reply(), p_argument the deep link's payload
--          (core.telegram.org/bots/features#deep-linking) or null.
-- Touches: outbox; invitations, identities (read).
create function core.telegram_start(p_asked jsonb, p_argument text) returns void
language plpgsql volatile as $$
declare
	v_data jsonb := jsonb_build_object('name', left(p_asked->'from'->>'first_name', 100), 'known',
		exists (select from identities where kind = 'telegram' and subject = p_asked->'from'->>'id'));
begin
	if exists (select from invitations where invite_code = p_argument) then
		perform core.telegram_reply(p_asked, 'start-invite', v_data,
			core.telegram_button(p_asked, 'button-invite', '/invite/' || p_argument));
	else
		perform core.telegram_reply(p_asked, 'start', v_data, core.telegram_button(p_asked, 'button-open',
			case when v_data->'known' = 'true' then '/credits' else '/login' end));
	end if;
end
$$;
