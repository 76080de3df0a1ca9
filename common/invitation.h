/* SPDX-License-Identifier: MIT */
/* An invitation as its inviter gives it away: SQL knows its code, the site its
 * address. */
#ifndef GATEHOUSE_INVITATION_H
#define GATEHOUSE_INVITATION_H

struct buf;
struct json_object;
struct req;

/* Adds to an invitation of core.invitation_json() (NULL: nothing happens)
 *   url    the link for the recipient
 *   share  the address that offers it to one's chats at Telegram */
void invitation_links(struct req *r, struct json_object *invitation);

/* The same for each invitation of an array. */
void invitations_links(struct req *r, struct json_object *array);

/* Adds qr:{size, path}, the link as struct qr, and side, with the margin readers
 * want. */
void invitation_qr(struct req *r, struct json_object *invitation);

/* Appends the invitations of an array to a table (RFC 4180) with their links; an
 * empty buffer gets the names of the columns first.  The other answers with it. */
void invitations_csv_add(struct req *r, struct buf *csv, struct json_object *array);
int invitations_csv_send(struct req *r, const struct buf *csv);

/* Answers with the invitations of an array as such a table. */
int invitations_csv(struct req *r, struct json_object *array);

#endif
