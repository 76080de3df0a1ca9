-- SPDX-License-Identifier: MIT
-- Does:    makes up a code nobody can guess: 16 of 32 characters none of which
--          looks like another, 80 bits.  Randomness is that of
--          gen_random_uuid(), of which the first six bytes are random throughout
--          and 256 is a multiple of 32.
-- Returns: the code.
create function core.invitation_code() returns text
language sql volatile as $$
	select string_agg(substr('23456789ABCDEFGHJKLMNPQRSTUVWXYZ', get_byte(bytes, byte) % 32 + 1, 1), '')
	from (select uuid_send(gen_random_uuid()) as bytes from generate_series(1, 4) part) random, generate_series(0, 3) byte
$$;
