-- SPDX-License-Identifier: MIT
-- Returns: what one customer of a provider has: the address under IPv4 (also as a
--          socket for both writes it, RFC 4291 section 2.5.5.2), its /64 under IPv6;
--          anything else as it is, nothing as ''.
-- Args:    p_address as nginx gives it: an address, "unix:" or null.
create function core.client_net(p_address text) returns text
language plpgsql immutable as $$
begin
	p_address := regexp_replace(p_address, '^::ffff:(?=[0-9.]+$)', '', 'i');
	return coalesce(network(set_masklen(p_address::inet, case family(p_address::inet) when 6 then 64 else 32 end))::text, '');
exception when invalid_text_representation then
	return coalesce(p_address, '');
end
$$;
