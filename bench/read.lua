-- SPDX-License-Identifier: MIT
-- wrk script: a read of an account by a service key, spread over USERS users.
local users = tonumber(os.getenv("USERS"))
wrk.headers["Authorization"] = "Bearer " .. os.getenv("SERVICE_KEY")

function init()
	math.randomseed(os.time())
end

function request()
	return wrk.format("GET", "/api/credits?user_id=bench-" .. math.random(users))
end
