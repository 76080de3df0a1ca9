-- SPDX-License-Identifier: MIT
-- Returns: the level above in a tree of hashes: sha256 of a one byte and each
--          pair; the last one without a partner stays (as RFC 6962, 2.1).
create function core.merkle_level(p_hashes bytea[]) returns bytea[]
language sql immutable as $$
	select array_agg(case when partner is null then hash else sha256('\x01'::bytea || hash || partner) end order by n)
	from (select hash, n, lead(hash) over (order by n) as partner
		from unnest(p_hashes) with ordinality u(hash, n)) x
	where n % 2 = 1
$$;
