-- SPDX-License-Identifier: MIT
-- Does:    gives a user their referral code, made when first needed: CG- and six
--          of 32 characters none of which looks like another.  Randomness is
--          that of gen_random_uuid(): of its bytes 7 and 9 hold fixed bits, the
--          first six are random throughout, and 256 is a multiple of 32.
-- Returns: the code.
-- Touches: referral_codes.
create function core.referral_code(p_user uuid) returns text
language plpgsql volatile as $$
declare
	v_code text := (select code from referral_codes where user_id = p_user);
begin
	while v_code is null loop
		select 'CG-' || string_agg(substr('23456789ABCDEFGHJKLMNPQRSTUVWXYZ', get_byte(bytes, i) % 32 + 1, 1), '')
		into v_code from (select uuid_send(gen_random_uuid()) as bytes) random, generate_series(0, 5) i;
		insert into referral_codes (user_id, code, created_at) values (p_user, v_code, core.now())
		on conflict do nothing;
		v_code := (select code from referral_codes where user_id = p_user);
	end loop;
	return v_code;
end
$$;
