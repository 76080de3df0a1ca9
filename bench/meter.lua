-- SPDX-License-Identifier: MIT
-- wrk script: credit-meter debits by a service key, spread over USERS users, every
-- request with an idempotency key of its own; with MIX=1 one in twenty repeats an
-- earlier request and one in twenty asks for more than there is.
local users = tonumber(os.getenv("USERS"))
local prefix = os.getenv("USER_PREFIX") or "bench-"
local mix = os.getenv("MIX") == "1"
local run = string.format("%s-%d", os.getenv("RUN_ID") or os.time(), os.time())
local count, past = 0, {}

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("SERVICE_KEY")

local function charge(agent, quantity)
	count = count + 1
	return wrk.format(nil, nil, nil, string.format(
		'{"user_id":"%s%d","agent":"%s","quantity":%d,"idempotency_key":"%s-%d"}',
		prefix, math.random(users), agent, quantity, run, count))
end

function init()
	math.randomseed(os.time())
end

function request()
	local what = mix and math.random(20) or 0
	if what == 1 and #past == 1000 then
		return past[math.random(1000)]
	elseif what == 2 then
		return charge("image", 1000000)
	end
	local made = charge("chat", 1)
	if mix then
		past[count % 1000 + 1] = made
	end
	return made
end
