-- SPDX-License-Identifier: MIT
-- Cards that were seen, as salted digests like trial_marks: who pays with a card
-- of somebody else's had the trial already.

create table card_marks (
	customer text not null, -- Stripe's, whose person may not be known yet
	mark bytea not null check (length(mark) = 32),
	primary key (customer, mark)
);

-- What the operator should look at about a person; nothing follows by itself.
create table user_flags (
	user_id uuid not null references users,
	kind text not null check (kind in ('shared_card')),
	other_id uuid not null references users, -- who was seen with it first
	created_at timestamptz not null,
	primary key (user_id, kind, other_id),
	check (user_id <> other_id)
);
create index user_flags_created on user_flags (created_at);
create index user_flags_other on user_flags (other_id);
