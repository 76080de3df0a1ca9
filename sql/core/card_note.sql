-- SPDX-License-Identifier: MIT
-- Does:    keeps that a customer was seen with a card, and what follows.  Only a
--          salted digest of the fingerprint is kept.
-- Args:    p_object Stripe's charge or payment method, of a customer and a card.
-- Touches: card_marks; what core.card_weigh() touches.
create function core.card_note(p_object jsonb) returns void
language plpgsql volatile as $$
declare
	v_customer text := p_object->>'customer';
begin
	perform core.lock_person(v_customer);
	insert into card_marks (customer, mark)
	select v_customer, mark from unnest(core.trial_marks_of(array['card:' || core.card_fingerprint(p_object)])) mark
	on conflict do nothing;
	perform core.card_weigh(v_customer);
end
$$;
