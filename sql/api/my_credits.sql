-- SPDX-License-Identifier: MIT
-- Does:    all that a member's own page shows.
-- Args:    p_caller a browser session; p_cursor of an older page of history.
-- Returns: as core.wallet_json() and core.history_json(); and expiring:{soon
--          (7 days), later, never, total} credits, older: not the first page,
--          again: core.buy_again(), subscriptions: core.subscriptions_json(), me: core.me_json().
-- Raises:  unauthorized, invalid_field.
-- Touches: everything it shows (read).
create function api.my_credits(p_caller jsonb, p_cursor text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_user uuid := (core.caller(p_caller, '{session}')).user_id;
	v_now timestamptz := core.now();
	v_soon timestamptz := v_now + interval '7 days';
begin
	if core.history_fault(p_cursor, null, null, null, null) is not null then
		perform core.fail('invalid_field', '{"field":"cursor"}');
	end if;
	return core.wallet_json(v_user) || core.history_json(v_user, core.bigint_or_null(p_cursor), 20, null, null, null)
		|| jsonb_build_object('me', core.me_json(v_user), 'again', core.buy_again(v_user), 'older', p_cursor is not null,
			'subscriptions', core.subscriptions_json(v_user),
			'expiring', (select jsonb_build_object('total', coalesce(sum(remaining), 0),
				'soon', coalesce(sum(remaining) filter (where expires_at <= v_soon), 0),
				'later', coalesce(sum(remaining) filter (where expires_at > v_soon), 0),
				'never', coalesce(sum(remaining) filter (where expires_at is null), 0))
				from core.lots_live(v_user, v_now)));
end
$$;
revoke all on function api.my_credits(jsonb, text) from public;
