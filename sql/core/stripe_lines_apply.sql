-- SPDX-License-Identifier: MIT
-- Does:    takes Stripe's answer to what core.lines_ask() asked, and asks for the
--          next page while there is one.
-- Args:    p_outbox the row that asked, p_status HTTP status, p_answer its body.
--          Anything but 200 tells nothing: the payment stays unpriced, and the
--          operator has been told.
-- Raises:  data_exception: the answer is no list.
-- Touches: outbox; what core.lines_take() touches.
create function core.stripe_lines_apply(p_outbox bigint, p_status integer, p_answer jsonb) returns void
language plpgsql volatile as $$
declare
	v_subject text := (select payload->>'subject' from outbox where id = p_outbox);
	v_next text;
begin
	if p_status = 200 then
		v_next := core.lines_take(v_subject, p_answer);
		if v_next is not null then
			perform core.lines_ask(kind, subject, v_next) from line_lists where subject = v_subject;
		end if;
	end if;
end
$$;
