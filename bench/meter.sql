\set n random(1, :users)
select api.credit_meter(:'caller'::jsonb, 'bench-' || :n, 'chat', 1, gen_random_uuid()::text, null);
