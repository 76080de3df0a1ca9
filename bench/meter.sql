-- SPDX-License-Identifier: MIT
-- pgbench script: what gh-credit-meter sends, without HTTP in front.  Prepared,
-- so that caller and n go in as parameters.
\set n random(1, :users)
select api.credit_meter(:caller::jsonb, 'bench-' || :n, 'chat', 1, gen_random_uuid()::text, null)::text from set_config('application_name', 'pgbench', true);
