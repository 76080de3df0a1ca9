-- SPDX-License-Identifier: MIT
-- Returns: an address as mailboxes compare it: lower case, without a +tag; null
--          for none.  Good for doubt, never for joining accounts.
create function core.email_plain(p_email text) returns text
language sql immutable as $$
	select nullif(regexp_replace(lower(btrim(p_email)), '\+[^@]*@', '@'), '')
$$;
