-- SPDX-License-Identifier: MIT
-- Does:    a step of the job retention: forgets sessions and login links that have
--          been over for 30 days, and the pace of chats nobody writes to.
-- Returns: {more, count of rows}.
-- Touches: sessions, login_links, outbox_destinations.
create function core.job_retention() returns jsonb
language plpgsql volatile as $$
declare
	v_before timestamptz := core.now() - interval '30 days';
	v_count bigint;
	v_sum bigint := 0;
begin
	delete from sessions where token_hash in (select token_hash from sessions where expires_at < v_before limit 1000);
	get diagnostics v_count = row_count;
	v_sum := v_sum + v_count;
	delete from login_links where token_hash in (select token_hash from login_links where expires_at < v_before limit 1000);
	get diagnostics v_count = row_count;
	v_sum := v_sum + v_count;
	delete from outbox_destinations where (channel, destination) in (select channel, destination from outbox_destinations
		where queued_until < v_before and free_at < v_before order by queued_until limit 1000 for update skip locked);
	get diagnostics v_count = row_count;
	v_sum := v_sum + v_count;
	return jsonb_build_object('more', v_sum > 0, 'count', v_sum);
end
$$;
