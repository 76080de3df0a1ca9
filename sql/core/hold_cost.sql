-- SPDX-License-Identifier: MIT
-- Returns: how many credits a hold takes: the amount said, else the agent's
--          price times the quantity (null: 1).
-- Raises:  unknown_agent, also beside an amount; invalid_field (it costs nothing).
-- Touches: agent_pricing (read).
create function core.hold_cost(p_agent text, p_quantity bigint, p_amount bigint) returns bigint
language plpgsql stable as $$
declare
	v_price bigint := (select credits from agent_pricing where agent = p_agent and active);
	v_cost bigint := coalesce(p_amount, v_price * coalesce(p_quantity, 1));
begin
	if p_agent is not null and v_price is null then
		perform core.fail('unknown_agent');
	elsif v_cost = 0 then
		perform core.fail('invalid_field', '{"field":"amount"}');
	end if;
	return v_cost;
end
$$;
