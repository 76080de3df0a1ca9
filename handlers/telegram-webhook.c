/* SPDX-License-Identifier: MIT */
/* POST /telegram/webhook: Telegram's updates.  The secret that setWebhook gave it is
 * compared before anything is read; then whatever came is recorded and answered with
 * 200, or Telegram would send it again and again. */
#include "common/crypto.h"
#include "common/handler.h"

static int
telegram_webhook_post(struct req *r)
{
	const char *args[] = { req_public_url(r), req_body_text(r) }, *secret, *answer;
	int rc = req_setting(r, "TELEGRAM_WEBHOOK_SECRET", &secret);

	if (rc < 0)
		return rc;
	if (!secret_equal_text(req_header(r, "X-Telegram-Bot-Api-Secret-Token"), secret))
		return req_fail(r, E_UNAUTHORIZED, NULL, "wrong secret token");
	rc = req_call(r, "telegram_webhook", args, COUNT(args), &answer);
	return rc < 0 ? rc : resp_json(r, 200, answer);
}

static const struct handler handler = {
	.name = "telegram-webhook",
	.body = BODY_RAW,
	.post = telegram_webhook_post,
};

int
main(void)
{
	return handler_main(&handler);
}
