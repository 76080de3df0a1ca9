-- SPDX-License-Identifier: MIT
-- wrk script: credit-meter debits by a service key, spread over USERS users,
-- every request with an idempotency key of its own.
local users = tonumber(os.getenv("USERS"))
math.randomseed(os.time())
local count = 0
local run = string.format("%d-%d", os.time(), math.random(1e9))

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("SERVICE_KEY")

function request()
	count = count + 1
	return wrk.format(nil, nil, nil, string.format(
		'{"user_id":"bench-%d","agent":"chat","idempotency_key":"%s-%d"}',
		math.random(users), run, count))
end
