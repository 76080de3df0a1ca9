-- SPDX-License-Identifier: MIT
-- Does:    takes an identity from somebody, unless it is their only way in.
--          Whom an application or the operator knows by a name of their own has
--          that.  The person's row is locked: of two taken at once one stays.
-- Args:    p_user whose, p_kind, p_subject as core.identities_json() shows it.
-- Raises:  not_found, last_identity.
-- Touches: identities, audit_log.
create function core.identity_unlink(p_user uuid, p_kind text, p_subject text) returns void
language plpgsql volatile as $$
declare
	v_named boolean := (select external_id is not null from users where id = p_user for no key update);
	v_subject text := case p_kind when 'wallet' then lower(p_subject) else p_subject end;
begin
	delete from identities i
	where i.user_id = p_user and i.kind = p_kind and i.subject = v_subject and i.kind in ('telegram', 'discord', 'wallet')
		and (v_named or exists (select from identities o where o.user_id = p_user
			and o.kind in ('telegram', 'discord', 'wallet') and (o.kind, o.subject) <> (i.kind, i.subject)));
	if not found then
		perform core.fail(case when exists (select from identities where user_id = p_user and kind = p_kind
			and subject = v_subject and kind in ('telegram', 'discord', 'wallet')) then 'last_identity' else 'not_found' end);
	end if;
	perform core.audit(p_user, null, 'identity.unlink', p_user::text, jsonb_build_object('kind', p_kind, 'subject', v_subject));
end
$$;
