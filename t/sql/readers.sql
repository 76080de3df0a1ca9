-- SPDX-License-Identifier: MIT
-- Run by readers.t.
begin;
set local search_path = public, api, core;
select * from no_plan();

-- Numbers, times, digests: a value or null, never an error.
select is(core.bigint_or_null(t), n, format('bigint_or_null(%L)', t)) from (values
	('0', 0::bigint), ('-5', -5), ('999999999999999', 999999999999999), ('1000000000000000', null),
	('1e3', null), ('1.0', null), ('', null), (' 1', null), ('١', null), (null, null)) v(t, n);
select is(core.time_or_null(t), n, format('time_or_null(%L)', t)) from (values
	('0', '1970-01-01 00:00:00+00'::timestamptz), ('99999999999', '5138-11-16 09:46:39+00'),
	('100000000000', null), ('-1', null), ('x', null), (null, null)) v(t, n);
select is(core.uuid_or_null(t), n, format('uuid_or_null(%L)', t)) from (values
	('00000000-0000-0000-0000-00000000000A', '00000000-0000-0000-0000-00000000000a'::uuid),
	('{00000000-0000-0000-0000-00000000000a}', null), ('1', null), ('', null), (null, null)) v(t, n);
select is(length(core.hash_or_null(t)), n, format('hash_or_null(%s…)', left(t, 5))) from (values
	(repeat('aB', 32), 32), (repeat('ab', 31), null), (repeat('zz', 32), null), ('', null), (null, null)) v(t, n);

-- Statuses: whichever came first, the same one stands.
select is(core.order_status(a, b), core.order_status(b, a), format('%s and %s, in any order', a, b))
from unnest(array['open', 'pending', 'expired', 'failed', 'paid', 'refunded']) a,
	unnest(array['open', 'pending', 'expired', 'failed', 'paid', 'refunded']) b where a < b;
select is(core.order_status('paid', 'expired'), 'paid', 'paid is not undone');

-- Prices.
select is(core.price_credits(m::jsonb), (c, f)::record, format('credits of %s', m)) from (values
	('{"credits":"250"}', 250::bigint, null::text), ('{"credits":" 250 "}', 250, null), ('{"credits":250}', 250, null),
	('{"credits":"0"}', 0, null), ('{}', null, null), ('{"credits":null}', null, null), ('null', null, null), ('[]', null, null),
	('{"credits":"1000000000"}', 1000000000, null),
	('{"credits":"1000000001"}', null, 'metadata credits is not a whole number from 0 to 1000000000'),
	('{"credits":"-1"}', null, 'metadata credits is not a whole number from 0 to 1000000000'),
	('{"credits":"2.5"}', null, 'metadata credits is not a whole number from 0 to 1000000000'),
	('{"credits":{"a":1}}', null, 'metadata credits is not a whole number from 0 to 1000000000')) v(m, c, f);

-- Sessions, old and new.
select is(core.session_status(t, s::jsonb), w, format('%s %s', t, s)) from (values
	('checkout.session.completed', '{"payment_status":"paid","amount_total":5}', 'paid'),
	('checkout.session.completed', '{"payment_status":"unpaid","amount_total":5}', 'pending'),
	('checkout.session.completed', '{"payment_status":"no_payment_required","amount_total":0}', 'pending'),
	('checkout.session.completed', '{"payment_status":"paid","amount_total":0}', 'pending'),
	('checkout.session.completed', '{}', 'paid'),
	('checkout.session.async_payment_succeeded', '{"payment_status":"paid","amount_total":5}', 'paid'),
	('checkout.session.async_payment_failed', '{"payment_status":"unpaid"}', 'failed'),
	('checkout.session.expired', '{"payment_status":"unpaid"}', 'expired')) v(t, s, w);
select is(core.session_amount(s::jsonb), w::bigint, format('amount of %s', s)) from (values
	('{"amount_total":499}', 499), ('{"amount_total":0}', 0), ('{"amount_total":-5}', 0), ('{}', null),
	('{"display_items":[{"amount":100,"quantity":2},{"amount":50}]}', 250),
	('{"display_items":[{"amount":999999999999999,"quantity":999999999999999}]}', null),
	('{"display_items":{}}', null)) v(s, w);

-- Invoices: which lines buy.
select is((select count(*)::int from core.invoice_lines(l::jsonb)), n, format('lines of %s', l)) from (values
	('{"lines":{"data":[{"amount":5}]}}', 1),
	('{"lines":{"data":[{"amount":5,"proration":true}]}}', 0),
	('{"lines":{"data":[{"amount":5,"type":"invoiceitem"}]}}', 0),
	('{"lines":{"data":[{"amount":0}]}}', 0),
	('{"lines":{"data":[{"amount":-5}]}}', 0),
	('{"lines":{"data":[{"amount":5,"quantity":0}]}}', 0),
	('{"lines":{"data":[{"amount":5,"parent":{"type":"subscription_item_details","subscription_item_details":{"proration":true}}}]}}', 0),
	('{"lines":{"data":[{"amount":5,"parent":{"type":"invoice_item_details"}}]}}', 0),
	('{"lines":{"data":[{"amount":5},{"amount":6}]}}', 2),
	('{"lines":{}}', 0), ('{}', 0)) v(l, n);
select is(core.invoice_subscription(i::jsonb), 's', format('the subscription of %s', i)) from (values
	('{"parent":{"subscription_details":{"subscription":"s"}}}'), ('{"subscription":"s"}')) v(i);

-- Bodies.
select throws_ok(format('select core.event_parse(%L)', b), 'GH400', e, format('%s… is refused', left(b, 30))) from (values
	('', 'bad_json'), ('{', 'bad_json'), ('{"a":"\u0000"}', 'bad_json'), ('{"a":1e999999}', 'bad_json'),
	(repeat('[', 500000), 'bad_json'), ('[]', 'bad_event'), ('null', 'bad_event'), ('"evt"', 'bad_event'),
	('{"id":"e","type":"t"}', 'bad_event'), ('{"id":"e","type":"t","object":"v2.core.event"}', 'bad_event'),
	('{"id":"","type":"t","object":"event"}', 'bad_event'), ('{"id":5,"type":"t","object":"event"}', 'bad_event'),
	('{"id":"e","object":"event"}', 'bad_event'), ('{"id":"e","type":[],"object":"event"}', 'bad_event')) v(b, e);
select is(core.event_parse('{"id":"a","id":"b","type":"t","object":"event"}')->>'id', 'b', 'of a repeated name the last stands');
select throws_ok(format('select api.stripe_webhook(extract(epoch from core.now())::bigint + %s, %L)', n,
	'{"id":"e","type":"t","object":"event"}'), 'GH400', 'bad_signature', format('a signature %s s away is refused', n))
from unnest(array[301, -301, 100000000, -9000000000000000000]) n;
select is(api.stripe_webhook(extract(epoch from core.now())::bigint + n, format('{"id":"e%s","type":"t","object":"event"}', n)),
	'{"received":true,"outcome":"recorded"}', format('one %s s away is taken', n)) from unnest(array[299, -299]) n;
select is((select count(*)::int from stripe_events), 2, 'and what was refused left nothing');

-- The contract's tables.
select has_column('public', t, c::name, format('%s.%s', t, c)) from (values
	('invites_pool'::name, '{code,invite_url,used_by,used_at,expires_at,created_at}'::text[]),
	('credits', '{user_id,balance}'), ('credit_transactions', '{user_id,type,amount,created_at}'),
	('agent_pricing', '{agent,credits,active}'), ('user_activity', '{user_id,activity_date}'),
	('referral_codes', '{user_id,code}')) v(t, cs), unnest(cs) c;
select col_is_unique('public', 'invites_pool', 'code', 'a code is there once');
select col_is_unique('public', 'credit_transactions', array['user_id', 'idempotency_key'], 'a key charges once');
select throws_ok(format('insert into credits (user_id, balance) values (gen_random_uuid(), %s)', n), '23514', null,
	'a balance is never below zero') from (values (-1)) v(n);
select is((select string_agg(reloptions::text, ' ') from pg_class where relname in ('credits', 'credit_lots')),
	'{fillfactor=60} {fillfactor=75}', 'room for HOT updates');
select is((select indisunique and pg_get_expr(indpred, indrelid) like '%owed%' from pg_index
	where indexrelid = 'seats_one_live'::regclass), true, 'one live seat per person is an index');

select * from finish();
rollback;
