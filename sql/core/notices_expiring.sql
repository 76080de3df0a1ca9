-- SPDX-License-Identifier: MIT
-- Does:    tells the operator of credits that will expire, as notice_expiry_rules
--          ask: once per lot and rule, at most 1000 lots of a rule a call.  A lot
--          whose life is shorter than a rule's time ahead is not told by it.
-- Args:    p_now core.now().
-- Touches: outbox, notice_expiry_rules, credit_lots (read).
create function core.notices_expiring(p_now timestamptz) returns void
language plpgsql volatile as $$
declare
	v_rule notice_expiry_rules;
	v_last record;
begin
	for v_rule in select * from notice_expiry_rules where seen_until < p_now + ahead
		order by ahead for update skip locked
	loop
		with due as (
			select id, user_id, source, remaining, expires_at from credit_lots
			where open and expires_at > p_now and expires_at <= p_now + v_rule.ahead
				and (expires_at, id) > (v_rule.seen_until, v_rule.seen_lot)
			order by expires_at, id limit 1000
		), told as (
			select core.outbox_add('credits_expiring', jsonb_build_object('user_id', u.id, 'external_id', u.external_id,
				'lot_id', due.id::text, 'source', due.source, 'remaining', due.remaining,
				'expires_at', due.expires_at, 'ahead', v_rule.ahead), 'expiring:' || due.id || ':' || v_rule.ahead)
			from due join users u on u.id = due.user_id
		)
		select (select count(*) from told) as n, expires_at, id into v_last
		from due order by expires_at desc, id desc limit 1;
		update notice_expiry_rules set (seen_until, seen_lot) = (
			select case when v_last.n = 1000 then v_last.expires_at else p_now + ahead end,
				case when v_last.n = 1000 then v_last.id else 0 end)
		where ahead = v_rule.ahead;
	end loop;
end
$$;
