/* SPDX-License-Identifier: MIT */
/* An invitation as its inviter gives it away: SQL knows its code, the site its
 * address. */
#ifndef GATEHOUSE_INVITATION_H
#define GATEHOUSE_INVITATION_H

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

/* Answers with the invitations of an array as CSV (RFC 4180), links included. */
int invitations_csv(struct req *r, struct json_object *array);

#endif
