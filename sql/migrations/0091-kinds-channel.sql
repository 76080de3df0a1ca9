-- SPDX-License-Identifier: MIT
-- A channel asks for its kinds, and its foreign key too.

create index outbox_kinds_channel on outbox_kinds (channel);
