-- SPDX-License-Identifier: MIT
-- Does:    /help: what the bot can do.
-- Args:    p_asked as in core.telegram_reply(), p_argument is of no use.
-- Touches: outbox.
create function core.telegram_help(p_asked jsonb, p_argument text) returns void
language sql volatile as $$
	select core.telegram_reply(p_asked, 'help')
$$;
