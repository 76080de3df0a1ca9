-- SPDX-License-Identifier: MIT
-- Does:    reserves, of a channel with a pace, as many messages as it allows now;
--          whoever else asks meanwhile waits for the caller's commit.
-- Args:    p_channel, p_now core.now(), p_limit at most so many.
-- Returns: how many may be sent; 0 while the channel is paused, halted or unknown.
-- Touches: outbox_channels (locked if it has a pace).
create function core.outbox_allowance(p_channel text, p_now timestamptz, p_limit integer) returns integer
language plpgsql volatile as $$
declare
	v_channel outbox_channels;
	v_tokens numeric;
begin
	select * into v_channel from outbox_channels where channel = p_channel;
	if v_channel.gap > '0' then
		select * into v_channel from outbox_channels where channel = p_channel for no key update;
	end if;
	if v_channel.channel is null or v_channel.halted_at is not null or v_channel.free_at > p_now then
		return 0;
	elsif v_channel.gap = '0' then
		return p_limit;
	end if;
	v_tokens := extract(epoch from p_now - greatest(v_channel.free_at, p_now - v_channel.gap * (v_channel.burst - 1)))
		/ extract(epoch from v_channel.gap);
	return least(p_limit, floor(v_tokens)::integer + 1);
end
$$;
