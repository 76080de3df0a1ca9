-- SPDX-License-Identifier: MIT
-- pgbench script: the peers' debit (peers/peers.sql), without HTTP in front.
\set n random(1, :users)
select bench.debit('bench-' || :n, 'chat', 1, gen_random_uuid()::text);
