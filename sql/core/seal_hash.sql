-- SPDX-License-Identifier: MIT
-- Returns: what a seal's hash must be: sha256 of its number, first and last id,
--          count, root and the hash before it, as text with blanks between.
create function core.seal_hash(p_seal ledger_seals) returns bytea
language sql stable as $$
	select sha256(convert_to(concat_ws(' ', p_seal.id, p_seal.from_id, p_seal.to_id, p_seal.rows,
		encode(p_seal.root, 'hex'), encode(p_seal.previous, 'hex')), 'UTF8'))
$$;
