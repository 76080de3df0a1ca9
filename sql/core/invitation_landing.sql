-- SPDX-License-Identifier: MIT
-- Does:    accepts an invitation for somebody who signed in from its page.
-- Args:    p_code, p_user.
-- Returns: the page to show: the one that acceptance leads to, else the
--          invitation's own, which says why it was not accepted.
-- Touches: what core.invitation_accept() touches.
create function core.invitation_landing(p_code text, p_user uuid) returns text
language plpgsql volatile as $$
begin
	return core.invitation_accept(p_code, p_user)->>'landing';
exception when sqlstate 'GH404' or sqlstate 'GH409' or sqlstate 'GH410' or sqlstate 'GH403' then
	return case when p_code ~ '^[A-Za-z0-9_-]{4,64}$' then '/invite/' || p_code else core.landing(p_user, null) end;
end
$$;
