-- SPDX-License-Identifier: MIT
-- Does:    reads `credits` of a price's metadata.
-- Returns: the credits (null when nothing is said) and the fault when what is
--          said is not a whole number from 0 to a thousand million.
create function core.price_credits(p_metadata jsonb, out credits bigint, out fault text)
language plpgsql immutable as $$
declare
	v_text text := btrim(p_metadata->>'credits');
begin
	if v_text ~ '^[0-9]{1,10}$' and v_text::bigint <= 1000000000 then
		credits := v_text::bigint;
	elsif v_text is not null then
		fault := 'metadata credits is not a whole number from 0 to 1000000000';
	end if;
end
$$;
