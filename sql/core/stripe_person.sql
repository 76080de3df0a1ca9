-- SPDX-License-Identifier: MIT
-- Does:    decides whose payment it is.  Never by e-mail, which nobody verified.
-- Args:    p_named the user our metadata names, or null; p_customer Stripe's
--          customer or null; p_email as the payer typed it.  The caller holds
--          core.lock_person() of the customer.
-- Returns: the user: the one named, else who stands behind the customer, else
--          a new one who stands for it (for a guest, for this session).
-- Touches: identities, users; trial credits of a new user; what core.card_weigh() touches.
create function core.stripe_person(p_named uuid, p_customer text, p_email text) returns uuid
language plpgsql volatile as $$
declare
	v_known uuid := (select user_id from identities where kind = 'stripe_customer' and subject = p_customer);
	v_user uuid := coalesce(p_named, v_known);
begin
	if v_user is null then
		v_user := core.user_create(null, p_email, true, 'stripe_customer:' || nullif(p_customer, ''));
	end if;
	if v_known is null and p_customer <> '' then
		insert into identities (kind, subject, user_id, verified_at, created_at)
		values ('stripe_customer', p_customer, v_user, core.now(), core.now());
		perform core.card_weigh(p_customer);
	elsif v_known <> v_user then
		perform core.user_absorb(v_known, v_user);
	end if;
	update users set email = left(p_email, 320) where id = v_user and email is null and p_email <> '';
	return v_user;
end
$$;
