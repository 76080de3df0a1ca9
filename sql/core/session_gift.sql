-- SPDX-License-Identifier: MIT
-- Does:    reads whom a session that was not made here names without saying that
--          they pay.  client_reference_id is what the payer wrote into the address
--          of a Payment Link, and the metadata of a Payment Link is that of all
--          who pay there.  Such a one may be given credits; the order, its seat
--          and the customer stay the payer's.
-- Returns: the user; null: nobody is named, or by the metadata of a session of
--          its own, which takes the secret key.
-- Touches: users (read).
create function core.session_gift(p_session jsonb) returns uuid
language plpgsql stable as $$
begin
	if p_session->>'payment_link' <> '' then
		return core.session_user(p_session->'metadata', p_session->>'client_reference_id');
	elsif core.session_user(p_session->'metadata') is null then
		return core.session_user(null, p_session->>'client_reference_id');
	end if;
	return null;
end
$$;
