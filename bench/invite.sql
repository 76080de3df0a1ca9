-- SPDX-License-Identifier: MIT
-- pgbench script: one invite, as one transaction.
select api.allocate_invite();
