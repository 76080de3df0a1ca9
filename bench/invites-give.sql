-- SPDX-License-Identifier: MIT
-- pgbench script: gives four invites away at once.
select count(core.invite_take('bench', false)) from generate_series(1, 4);
