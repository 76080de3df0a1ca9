-- SPDX-License-Identifier: MIT
-- Returns: the root of the tree over these hashes; null for none.
create function core.merkle_root(p_hashes bytea[]) returns bytea
language plpgsql immutable as $$
declare
	v_level bytea[] := p_hashes;
begin
	while cardinality(v_level) > 1 loop
		v_level := core.merkle_level(v_level);
	end loop;
	return v_level[1];
end
$$;
