-- SPDX-License-Identifier: MIT
-- Does:    decides of each item of a batch who calls, whose account it is about
--          and whether the request is well formed: as core.caller(),
--          core.caller_target() and core.meter_fault(), one statement for all.
--          Each credential, name and agent is looked up once.
-- Args:    p_now core.now(), the others as of api.credit_meter_batch().
-- Returns: arrays by item: the account, the refusal or null, the price (null:
--          unknown agent), the request's hash; strangers when a valid token
--          speaks for somebody who is no user yet.
-- Touches: service_keys, users, agent_pricing (read).
create function core.meter_resolve(p_now timestamptz, p_callers text[], p_users text[], p_agents text[],
	p_quantities bigint[], p_keys text[], p_metadata jsonb[],
	out users uuid[], out refusals jsonb[], out costs bigint[], out hashes bytea[], out strangers boolean)
language plpgsql stable as $$
begin
	with item as materialized (
		select caller, ref, agent, coalesce(quantity, 1) as quantity, key, nullif(metadata, 'null') as metadata, n,
			core.meter_fault(agent, quantity, key, metadata) as field
		from unnest(p_callers, p_users, p_agents, p_quantities, p_keys, p_metadata)
			with ordinality i(caller, ref, agent, quantity, key, metadata, n)
	), caller as materialized (
		select d.caller, case when d.claims ? 'key' then 'key' when d.claims ? 'user' then 'user' end as kind,
			k.id as key_id, 'service' = any (k.scopes) as scoped,
			case when not d.claims ? 'key' then core.claims_subject(d.claims->'user', p_now) end as subject
		from (select c.caller, c.caller::jsonb as claims from (select distinct i.caller from item i) c) d
		left join service_keys k on k.key_hash = core.hash_or_null(d.claims->>'key') and k.revoked_at is null
	), person as materialized (
		select r.ref, coalesce(a.merged_into, a.id, b.merged_into, b.id) as user_id
		from (select i.ref from item i union select c.subject from caller c) r
		left join users a on a.id = core.uuid_or_null(r.ref)
		left join users b on b.external_id = r.ref
		where r.ref is not null
	), judged as (
		select i.n, i.key, i.agent, i.quantity, i.metadata, a.credits * i.quantity as cost,
			case when c.kind = 'key' or i.ref is not null then target.user_id else self.user_id end as user_id,
			c.subject is not null and self.user_id is null as stranger,
			case when c.kind = 'key' and c.key_id is not null and not c.scoped then core.meter_error('forbidden')
				when c.kind is null or c.key_id is null and c.subject is null then core.meter_error('unauthorized')
				when c.kind = 'key' and coalesce(i.ref, '') = '' then core.meter_error('invalid_field', '{"field":"user_id"}')
				when c.kind = 'key' and target.user_id is null then core.meter_error('unknown_user')
				when c.kind = 'user' and i.ref is not null and target.user_id is distinct from self.user_id
					then core.meter_error('forbidden')
				when i.field is not null then core.meter_error('invalid_field', jsonb_build_object('field', i.field)) end as refusal
		from item i
		left join caller c on c.caller = i.caller
		left join person target on target.ref = i.ref
		left join person self on self.ref = c.subject
		left join agent_pricing a on a.agent = i.agent and a.active
	)
	select array_agg(case when j.refusal is null then j.user_id end), array_agg(j.refusal), array_agg(j.cost),
		array_agg(case when j.refusal is null and j.key is not null then core.meter_hash(j.agent, j.quantity, j.metadata) end),
		bool_or(j.stranger)
	into users, refusals, costs, hashes, strangers
	from (select * from judged order by n) j;
end
$$;
