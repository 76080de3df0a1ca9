-- SPDX-License-Identifier: MIT
-- Does:    decides of each item of a batch who calls, whose account it is about
--          and whether the request is well formed: as core.caller(),
--          core.caller_target() and core.meter_fault(), one statement for all.
--          Each credential, name and agent is looked up once.  Locks the accounts of
--          those that are not refused; who is locked by somebody else is left out.
-- Args:    p_now core.now(), the others as of api.credit_meter_batch().
-- Returns: arrays by item: the account (null: refused or left out) and its balance,
--          the refusal or null, the price (null: unknown agent), the request's hash,
--          whether the account's own day is not noted yet; strangers when a valid
--          token speaks for somebody who is no user yet.
-- Touches: service_keys, users, agent_pricing (read), credits (locked).
create function core.meter_resolve(p_now timestamptz, p_callers text[], p_users text[], p_agents text[],
	p_quantities bigint[], p_keys text[], p_metadata jsonb[],
	out users uuid[], out balances bigint[], out refusals jsonb[], out costs bigint[], out hashes bytea[], out idle boolean[],
	out strangers boolean)
language plpgsql volatile as $$
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
		select r.ref, coalesce(h.id, a.id, b.id) as user_id, coalesce(h.time_zone, a.time_zone, b.time_zone) as time_zone
		from (select i.ref from item i union select c.subject from caller c) r
		left join users a on a.id = core.uuid_or_null(r.ref)
		left join users b on b.external_id = r.ref
		left join users h on h.id = case when a.id is not null then a.merged_into else b.merged_into end
		where r.ref is not null
	), judged as materialized (
		select i.n, i.key, i.agent, i.quantity, i.metadata, a.credits * i.quantity as cost,
			case when c.kind = 'key' or i.ref is not null then target.user_id else self.user_id end as user_id,
			case when c.kind = 'key' or i.ref is not null then target.time_zone else self.time_zone end as time_zone,
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
	), held as materialized (
		select user_id, balance, active_on from credits
		where user_id = any (array(select j.user_id from judged j where j.refusal is null))
		order by user_id for no key update skip locked
	)
	select array_agg(h.user_id order by j.n), array_agg(h.balance order by j.n), array_agg(j.refusal order by j.n), array_agg(j.cost order by j.n),
		array_agg(case when j.key is not null and h.user_id is not null then core.meter_hash(j.agent, j.quantity, j.metadata) end order by j.n),
		array_agg(h.active_on is distinct from (p_now at time zone j.time_zone)::date order by j.n), bool_or(j.stranger)
	into users, balances, refusals, costs, hashes, idle, strangers
	from judged j left join held h on h.user_id = j.user_id and j.refusal is null;
end
$$;
