-- SPDX-License-Identifier: MIT
-- Does:    gives the work that waits for a kind its channel when the kind becomes
--          known or moves to another.
-- Touches: the trigger outbox_adopt of outbox_kinds; outbox.
create function core.outbox_adopt() returns trigger
language plpgsql as $$
begin
	update outbox set channel = new.channel, destination = coalesce(payload #>> new.destination, '')
	where kind = new.kind and channel is distinct from new.channel and done_at is null and dead_at is null;
	return null;
end
$$;
drop trigger if exists outbox_adopt on outbox_kinds;
create trigger outbox_adopt after insert or update of channel, destination on outbox_kinds
	for each row execute function core.outbox_adopt();
