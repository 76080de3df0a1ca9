-- SPDX-License-Identifier: MIT
-- Does:    shows that some hashes are in a tree: what stands beside each on the
--          way to the root.
-- Args:    p_hashes all of them, p_places of those asked for (1 is the first).
-- Returns: per place a JSON array from the bottom up, of ">hex" for a right-hand
--          and "<hex" for a left-hand neighbour.
create function core.merkle_paths(p_hashes bytea[], p_places integer[])
returns table (place integer, path jsonb)
language plpgsql immutable as $$
declare
	v_level bytea[] := p_hashes;
	v_at integer[] := p_places;
	v_beside integer;
	v_paths jsonb[] := array_fill('[]'::jsonb, array[cardinality(p_places)]);
begin
	while cardinality(v_level) > 1 loop
		for i in 1 .. cardinality(v_at) loop
			v_beside := v_at[i] + case when v_at[i] % 2 = 1 then 1 else -1 end;
			if v_beside <= cardinality(v_level) then
				v_paths[i] := v_paths[i] || to_jsonb(
					case when v_beside > v_at[i] then '>' else '<' end || encode(v_level[v_beside], 'hex'));
			end if;
			v_at[i] := (v_at[i] + 1) / 2;
		end loop;
		v_level := core.merkle_level(v_level);
	end loop;
	return query select * from unnest(p_places, v_paths);
end
$$;
