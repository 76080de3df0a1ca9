/* SPDX-License-Identifier: MIT */
/* GET /metrics: every program's counters and what the database counts, in
 * Prometheus' text format.  For this machine only. */
#include "common/handler.h"
#include "common/metrics.h"

static int
metrics_get(struct req *r)
{
	struct json_object *gauges;
	struct buf out;
	int rc = req_call_json(r, "metrics", NULL, 0, &gauges);

	if (rc < 0)
		return rc;
	buf_init(&out, r->arena);
	metrics_render(setting("METRICS_DIR"), &out);
	metrics_render_gauges(gauges, &out);
	return resp_text(r, 200, "text/plain; version=0.0.4; charset=utf-8", buf_text(&out));
}

static const struct handler handler = {
	.name = "metrics",
	.get = metrics_get,
};

int
main(void)
{
	return handler_main(&handler);
}
