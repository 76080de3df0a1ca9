-- SPDX-License-Identifier: MIT
-- Does:    takes one delivery of a Stripe event whose signature was verified:
--          records it, and the first time acts on it, in one transaction.
-- Args:    p_signed_at Unix time of the signature, p_body the raw body.
-- Returns: {"received":true, "outcome":"applied|recorded|duplicate"}.
-- Raises:  bad_signature (more than 300 s away, Stripe's own tolerance),
--          bad_json, bad_event; nothing is stored then.
-- Touches: stripe_events; what core.event_apply() touches.
create function api.stripe_webhook(p_signed_at bigint, p_body text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_event jsonb;
	v_outcome text;
begin
	if p_signed_at is null or abs(extract(epoch from core.now()) - p_signed_at) > 300 then
		perform core.fail('bad_signature');
	end if;
	v_event := core.event_parse(p_body);
	v_outcome := core.event_record(v_event);
	if v_outcome = 'applied' then
		perform core.event_apply(v_event);
	end if;
	return jsonb_build_object('received', true, 'outcome', v_outcome);
end
$$;
revoke all on function api.stripe_webhook(bigint, text) from public;
