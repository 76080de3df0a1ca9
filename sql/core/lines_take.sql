-- SPDX-License-Identifier: MIT
-- Does:    keeps one page of the lines of a session or an invoice; the last page
--          settles what was waiting.  Again changes nothing.
-- Args:    p_subject its id, p_page Stripe's list.
-- Returns: the line after which the next page begins, null after the last one.
-- Raises:  data_exception: that is no list.
-- Touches: line_lists, line_items; what core.lines_settle() touches, alone under
--          the catalogue lock.
create function core.lines_take(p_subject text, p_page jsonb) returns text
language plpgsql volatile as $$
declare
	v_next text := case when p_page->'has_more' = 'true' then p_page#>>'{data,-1,id}' end;
begin
	if p_page->>'object' is distinct from 'list' or jsonb_typeof(p_page->'data') is distinct from 'array' then
		raise data_exception using message = 'no list of lines';
	end if;
	perform core.lock_catalogue(false);
	perform from line_lists where subject = p_subject and complete_at is null for update;
	if not found then
		return null;
	end if;
	insert into line_items (subject, id, place, line)
	select p_subject, l->>'id', n + (select count(*) from line_items where subject = p_subject), l
	from jsonb_array_elements(p_page->'data') with ordinality x(l, n) where l->>'id' <> ''
	on conflict do nothing;
	if v_next is null then
		update line_lists set complete_at = core.now() where subject = p_subject;
		perform core.lines_settle(p_subject);
	end if;
	return v_next;
end
$$;
