-- SPDX-License-Identifier: MIT
-- Returns: payment or subscription; in 2020 the mode could be left out.
create function core.session_mode(p_session jsonb) returns text
language sql immutable as $$
	select case when p_session->>'mode' = 'subscription' or p_session->>'subscription' <> ''
		then 'subscription' else 'payment' end
$$;
