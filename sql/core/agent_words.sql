-- SPDX-License-Identifier: MIT
-- Returns: what a browser calls itself in words people know: {browser, system},
--          each null when unknown.  The order matters: most browsers claim to be
--          others as well.
-- Args:    p_agent a User-Agent or null.
create function core.agent_words(p_agent text) returns jsonb
language sql immutable as $$
	select jsonb_build_object(
		'browser', case
			when p_agent ~ '\mEdg(e|A|iOS)?/' then 'Edge'
			when p_agent ~ '\mOP(R|iOS|T)/' then 'Opera'
			when p_agent ~ '\mYaBrowser/' then 'Yandex Browser'
			when p_agent ~ '\mSamsungBrowser/' then 'Samsung Internet'
			when p_agent ~ '\mVivaldi/' then 'Vivaldi'
			when p_agent ~ '\m(Firefox|FxiOS)\M' then 'Firefox'
			when p_agent ~ '\m(HeadlessChrome|Chrome|CriOS|Chromium)/' then 'Chrome'
			when p_agent ~ '\mSafari/' then 'Safari'
			when p_agent ~ '^(curl|Wget|node|python|Go-http)' then split_part(split_part(p_agent, '/', 1), ' ', 1) end,
		'system', case
			when p_agent ~ '\mAndroid\M' then 'Android'
			when p_agent ~ '\miPad\M' then 'iPad'
			when p_agent ~ '\miPhone\M' then 'iPhone'
			when p_agent ~ '\mWindows\M' then 'Windows'
			when p_agent ~ '\mCrOS\M' then 'ChromeOS'
			when p_agent ~ '\mMac OS X\M' then 'macOS'
			when p_agent ~ '\mLinux\M' then 'Linux' end)
$$;
