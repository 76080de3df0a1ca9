-- SPDX-License-Identifier: MIT
-- wrk script: a preflight, which the request loop answers without the database.
wrk.method = "OPTIONS"
