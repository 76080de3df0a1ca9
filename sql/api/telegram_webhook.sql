-- SPDX-License-Identifier: MIT
-- Does:    takes one delivery of a Telegram update whose secret was verified: records
--          it and, the first time, acts on it, in one transaction.  What cannot be
--          understood is recorded as ignored: Telegram would only repeat it.
-- Args:    p_base the site's address without a slash at the end, p_body the raw body
--          or null for what is no text.
-- Returns: {"outcome":"applied|ignored|duplicate"}.
-- Touches: telegram_updates; what core.telegram_apply() touches.
create function api.telegram_webhook(p_base text, p_body text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, core, api, pg_temp as $$
declare
	v_update jsonb := core.telegram_parse(p_body);
	v_row telegram_updates;
begin
	insert into telegram_updates as u (update_id, kind, outcome, telegram_id, received_at, request_id)
	values (core.telegram_number(v_update->'update_id'), core.telegram_kind(v_update), 'ignored',
		core.telegram_number(v_update->core.telegram_kind(v_update)->'from'->'id'), core.now(), core.request_id())
	on conflict (update_id) do update set deliveries = u.deliveries + 1
	returning * into v_row;
	if v_row.deliveries > 1 then
		return '{"outcome":"duplicate"}';
	end if;
	if v_row.update_id is not null and core.telegram_apply(v_row.update_id, v_row.kind, v_update->v_row.kind, p_base) then
		update telegram_updates set outcome = 'applied' where id = v_row.id returning * into v_row;
	end if;
	return jsonb_build_object('outcome', v_row.outcome);
end
$$;
revoke all on function api.telegram_webhook(text, text) from public;
