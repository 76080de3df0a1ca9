/* SPDX-License-Identifier: MIT */
#include "common/invitation.h"

#include <json-c/json.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/csv.h"
#include "common/json.h"
#include "common/qr.h"
#include "common/req.h"
#include "common/resp.h"

#define QR_MARGIN 4	/* light modules on each side, ISO/IEC 18004 6.3.8 */

void
invitation_links(struct req *r, struct json_object *invitation)
{
	const char *code = json_text(invitation, "invite_code"), *url;
	struct buf share;

	if (code == NULL)
		return;
	url = arena_printf(r->arena, "%s/invite/%s", req_public_url(r), code);
	buf_init(&share, r->arena);
	buf_str(&share, "https://t.me/share/url?url=");
	buf_url(&share, url);
	json_set_text(invitation, "url", url);
	json_set_text(invitation, "share", buf_text(&share));
}

void
invitations_links(struct req *r, struct json_object *array)
{
	for (size_t i = 0; array != NULL && i < json_object_array_length(array); i++)
		invitation_links(r, json_object_array_get_idx(array, i));
}

void
invitation_qr(struct req *r, struct json_object *invitation)
{
	const char *url = json_text(invitation, "url");
	struct json_object *o;
	struct qr qr;

	if (url == NULL || !qr_make(r->arena, url, &qr))
		return;
	o = json_object_new_object();
	json_object_object_add(o, "side", json_object_new_int(qr.size + 2 * QR_MARGIN));
	json_object_object_add(o, "margin", json_object_new_int(-QR_MARGIN));
	json_set_text(o, "path", qr.path);
	json_object_object_add(invitation, "qr", o);
}

static const char *const columns[] = { "invite_code", "url", "role", "status", "created_at",
	"expires_at", "inviter_login", "accepted_at", "recipient_telegram_id", "recipient_username",
	"recipient_first_name", "recipient_last_name" };

void
invitations_csv_add(struct req *r, struct buf *csv, struct json_object *array)
{
	if (csv->n == 0)
		csv_head(csv, columns, COUNT(columns));
	invitations_links(r, array);
	csv_rows(csv, array, columns, COUNT(columns));
}

int
invitations_csv_send(struct req *r, const struct buf *csv)
{
	resp_header(r, "Content-Disposition", "attachment; filename=\"invitations.csv\"");
	return resp_text(r, 200, "text/csv; charset=utf-8; header=present", buf_text(csv));
}

int
invitations_csv(struct req *r, struct json_object *array)
{
	struct buf csv;

	buf_init(&csv, r->arena);
	invitations_csv_add(r, &csv, array);
	return invitations_csv_send(r, &csv);
}
