-- SPDX-License-Identifier: MIT
-- Returns: whether a user only stands for a payer whom nobody knows yet: no identity
--          but Stripe customers, no name of an application's, and no role; who was
--          given one is somebody, and it must not get lost or to anybody else.
-- Touches: identities, user_roles (read).
create function core.user_stands_in(p_user public.users) returns boolean
language sql stable as $$
	select p_user.placeholder and p_user.external_id is null
		and not exists (select from public.identities where user_id = p_user.id and kind <> 'stripe_customer')
		and not exists (select from public.user_roles where user_id = p_user.id)
$$;
