-- SPDX-License-Identifier: MIT
-- Returns: a keyboard of one button that opens a page of the site.
-- Args:    p_asked as in core.telegram_reply(), p_template its label, a page of
--          pages/telegram/, p_path where it leads.
create function core.telegram_button(p_asked jsonb, p_template text, p_path text) returns jsonb
language sql immutable as $$
	select jsonb_build_array(jsonb_build_array(jsonb_build_object('template', p_template, 'url', p_asked->>'base' || p_path)))
$$;
