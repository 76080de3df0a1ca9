-- SPDX-License-Identifier: MIT
-- Does:    ends the waiting of somebody who tapped a button that does nothing any more.
-- Args:    p_update, p_query a CallbackQuery of a private chat.
-- Returns: whether there was a query to answer.
-- Touches: outbox.
create function core.telegram_tap(p_update bigint, p_query jsonb) returns boolean
language plpgsql volatile as $$
begin
	if jsonb_typeof(p_query->'id') is distinct from 'string' or length(p_query->>'id') not between 1 and 64 then
		return false;
	end if;
	perform core.outbox_add('telegram_call', jsonb_build_object('method', 'answerCallbackQuery',
		'params', jsonb_build_object('callback_query_id', p_query->>'id')), 'telegram_tap:' || p_update);
	return true;
end
$$;
