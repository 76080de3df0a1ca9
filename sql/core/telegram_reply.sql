-- SPDX-License-Identifier: MIT
-- Does:    leaves an answer for the worker to send, once per update and template.
-- Args:    p_asked {update, base, from} of the message answered, p_template a page of
--          pages/telegram/, p_data its data, p_buttons rows of buttons or null.
-- Returns: the id of the outbox row.
-- Touches: outbox; identities, users (read).
create function core.telegram_reply(p_asked jsonb, p_template text, p_data jsonb default '{}', p_buttons jsonb default null)
returns bigint
language sql volatile as $$
	select core.outbox_add('telegram_message', jsonb_strip_nulls(jsonb_build_object(
		'chat_id', p_asked->'from'->>'id', 'template', p_template, 'data', p_data, 'buttons', p_buttons,
		'language', core.telegram_language((p_asked->'from'->>'id')::bigint, p_asked->'from'->>'language_code'))),
		format('telegram_reply:%s:%s', p_asked->>'update', p_template))
$$;
