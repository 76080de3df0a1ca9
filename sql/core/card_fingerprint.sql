-- SPDX-License-Identifier: MIT
-- Returns: what names the card of a charge or a payment method the same whoever
--          pays with it; null when it is no card.
create function core.card_fingerprint(p_object jsonb) returns text
language sql immutable as $$
	select nullif(coalesce(p_object#>>'{payment_method_details,card,fingerprint}', p_object#>>'{card,fingerprint}'), '')
$$;
