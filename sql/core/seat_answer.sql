-- SPDX-License-Identifier: MIT
-- Does:    hands out what a seat has, asking for an invite when it has none yet.
-- Args:    p_seat the seat's id.
-- Returns: {"data":{code, invite_url, expires_at}}, or {"data":null,"state":"owed"}.
-- Raises:  seat_revoked, link_used (expired, and replaced often enough).
-- Touches: what core.seat_ask() touches.
create function core.seat_answer(p_seat bigint) returns jsonb
language plpgsql volatile as $$
declare
	v_seat seats := core.seat_ask(p_seat);
	v_invite jsonb := core.invite_json(v_seat.invite_id);
begin
	if v_seat.state = 'owed' then
		return '{"data":null,"state":"owed"}'::jsonb;
	elsif v_seat.state = 'revoked' then
		perform core.fail('seat_revoked');
	elsif v_seat.state = 'expired' or (v_invite->>'expires_at')::timestamptz <= core.now() then
		perform core.fail('link_used');
	end if;
	return jsonb_build_object('data', v_invite);
end
$$;
