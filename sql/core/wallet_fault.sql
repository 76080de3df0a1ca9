-- SPDX-License-Identifier: MIT
-- Returns: what is wrong now with the times of a message to sign in with:
--          issued_at, expired, not_before; or null.  A browser's clock may be
--          wrong by some minutes; what limits a message's life is its nonce.
-- Args:    p_issued_at, p_expiration_time, p_not_before as in the message, the
--          last two null when it has none.
create function core.wallet_fault(p_issued_at text, p_expiration_time text, p_not_before text) returns text
language sql stable as $$
	select case
		when core.moment_or_null(p_issued_at) is null
			or core.moment_or_null(p_issued_at) not between core.now() - interval '1 hour' and core.now() + interval '5 minutes'
			then 'issued_at'
		when p_expiration_time is not null and core.now() >= core.moment_or_null(p_expiration_time) is not false then 'expired'
		when p_not_before is not null and core.now() < core.moment_or_null(p_not_before) is not false then 'not_before'
	end
$$;
