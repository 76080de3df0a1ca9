-- SPDX-License-Identifier: MIT
-- Does:    makes one invitation or many.
-- Args:    p_caller a driver or admin, or a service key that names one (p_user);
--          p_role at most the inviter's (null: recipient), p_expires_in seconds
--          (null: never), p_count 1 to 1000 (null: 1), p_code of a single one
--          (null: made up), p_idempotency_key or null.
-- Returns: {invitation the first, invitations:[as core.invitation_json()]}.
-- Raises:  unauthorized, forbidden, unknown_user, and as core.invitations_create().
-- Touches: as core.invitations_create().
create function api.invitation_create(p_caller jsonb, p_user text, p_role text, p_expires_in bigint,
	p_count bigint, p_code text, p_idempotency_key text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_caller record := core.caller(p_caller, '{key,user,session}');
	v_user uuid := core.caller_target(v_caller.kind, v_caller.user_id, p_user);
begin
	return (select jsonb_build_object('invitation', jsonb_agg(core.invitation_json(i))->0,
			'invitations', jsonb_agg(core.invitation_json(i)))
		from core.invitations_create(v_user, coalesce(p_role, 'recipient'), make_interval(secs => p_expires_in),
			coalesce(p_count, 1), p_code, p_idempotency_key, v_caller.key_id) i);
end
$$;
revoke all on function api.invitation_create(jsonb, text, text, bigint, bigint, text, text) from public;
