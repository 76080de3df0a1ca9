-- SPDX-License-Identifier: MIT
-- Returns: whether somebody may be sent there after signing in: a path of this
--          site, which no browser takes for another host, and not the door itself.
create function core.path_local(p_path text) returns boolean
language sql immutable as $$
	select coalesce(length(p_path) <= 500 and p_path ~ '^/([A-Za-z0-9._~%?#&=+,;:@!$''()*-][A-Za-z0-9._~%?#&=+,;:@!$''()*/-]*)?$'
		and p_path !~ '^/(login|sign-out|auth)([/?#]|$)', false)
$$;
