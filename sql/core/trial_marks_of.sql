-- SPDX-License-Identifier: MIT
-- Returns: the marks of names (kind:subject, nulls are left out), sorted: salted
--          digests, so that nobody who reads them learns the names.
-- Touches: trial_rule (read).
create function core.trial_marks_of(p_names text[]) returns bytea[]
language plpgsql stable as $$
begin
	return (select coalesce(array_agg(mark order by mark), '{}')
		from (select sha256(convert_to(salt || ':' || name, 'UTF8')) as mark
			from unnest(p_names) name, trial_rule where name is not null) m);
end
$$;
