-- SPDX-License-Identifier: MIT
-- Does:    makes a statement of an account that its owner can check without us:
--          each ledger row as it was sealed, the way from it to its seal, and
--          the chain of seals from the account's first row on.  See doc/statement.
-- Args:    p_user our id or the application's.
-- Returns: {user_id, rows:[{text, seal|null, path|null}], seals:[{id, from_id,
--          to_id, rows, root, previous, hash}]}, or null: no such user.
-- Touches: users, credit_transactions, transaction_lots, ledger_seals (read).
create function core.ledger_statement(p_user text) returns jsonb
language plpgsql stable as $$
declare
	v_user uuid := core.user_find(p_user);
begin
	if v_user is null then
		return null;
	end if;
	return (with mine as (
		select t.id, core.ledger_text(t) as text, s.id as seal, s.from_id, s.to_id
		from credit_transactions t left join ledger_seals s on t.id between s.from_id and s.to_id
		where t.user_id = v_user
	), places as (
		select m.seal, core.ledger_leaves(m.from_id, m.to_id) as leaves, array_agg(m.id order by m.id) as ids,
			array_agg((select count(*) from credit_transactions t
				where t.id between m.from_id and m.id)::integer order by m.id) as places
		from mine m where m.seal is not null group by m.seal, m.from_id, m.to_id
	), paths as (
		select i.id, p.path from places
		cross join lateral core.merkle_paths(places.leaves, places.places) p
		join lateral unnest(places.ids, places.places) i(id, place) on i.place = p.place
	)
	select jsonb_build_object('user_id', v_user,
		'rows', (select coalesce(jsonb_agg(jsonb_build_object('text', m.text, 'seal', m.seal, 'path', p.path)
			order by m.id), '[]') from mine m left join paths p on p.id = m.id),
		'seals', (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'from_id', from_id, 'to_id', to_id,
			'rows', rows, 'root', encode(root, 'hex'), 'previous', encode(previous, 'hex'),
			'hash', encode(hash, 'hex')) order by id), '[]')
			from ledger_seals where id >= (select min(seal) from mine))));
end
$$;
