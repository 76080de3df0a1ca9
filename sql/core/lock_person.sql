-- SPDX-License-Identifier: MIT
-- Does:    lets one event at a time decide who a customer (or a guest's
--          session) is, until the end of the transaction.
create function core.lock_person(p_subject text) returns void
language sql volatile as $$
	select pg_advisory_xact_lock(2, hashtext(p_subject))
$$;
