-- SPDX-License-Identifier: MIT
-- Returns: what one customer of a provider has: the address under IPv4, its /64
--          under IPv6; anything else as it is, nothing as ''.
-- Args:    p_address as nginx gives it: an address, "unix:" or null.
create function core.client_net(p_address text) returns text
language plpgsql immutable as $$
begin
	return coalesce(network(set_masklen(p_address::inet, case family(p_address::inet) when 6 then 64 else 32 end))::text, '');
exception when invalid_text_representation then
	return coalesce(p_address, '');
end
$$;
