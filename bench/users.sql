-- SPDX-License-Identifier: MIT
-- Users bench-1 to bench-:users, each with a lot that outlasts the bench.
select core.credits_grant(core.user_create('bench-' || n, null), 'adjustment', 1000000, 'bench:' || n, core.now())
from generate_series(1, :users) n;
