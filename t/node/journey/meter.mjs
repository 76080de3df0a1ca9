// SPDX-License-Identifier: MIT
// meter.mjs URL TOKEN AGENT: what an existing front end does with the official
// client, nothing changed but the host.  Prints {data, error, status}.
import { createClient } from "@supabase/supabase-js";

const [url, token, agent] = process.argv.slice(2);
const supabase = createClient(url, "anon-key-of-the-old-project", {
	global: { headers: { Authorization: `Bearer ${token}` } },
	auth: { persistSession: false, autoRefreshToken: false },
});
const { data, error } = await supabase.functions.invoke("credit-meter", { body: { agent } });
const answer = error?.context ? await error.context.json() : null;
process.stdout.write(JSON.stringify({ data, error: answer, status: error?.context?.status ?? 200 }));
