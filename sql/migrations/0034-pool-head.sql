-- SPDX-License-Identifier: MIT
-- Where the unused invites begin.  Behind it every invite is used, so that taking
-- the oldest does not walk over the index entries of all that were taken since the
-- last vacuum.  It follows the stock some dozen invites at a time; who brings stock
-- or gives an invite back sets it back (core.pool_head_lower).
create table pool_head (
	singleton boolean primary key default true check (singleton),
	created_at timestamptz not null default '-infinity',
	id bigint not null default 0
) with (fillfactor = 50);
insert into pool_head default values;
