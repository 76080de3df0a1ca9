-- SPDX-License-Identifier: MIT
-- Returns: where Stripe lists the lines of a session or an invoice.
create function core.lines_path(p_kind text, p_subject text) returns text
language sql immutable as $$
	select case p_kind when 'session' then '/v1/checkout/sessions/' || p_subject || '/line_items'
		else '/v1/invoices/' || p_subject || '/lines' end
$$;
