/* SPDX-License-Identifier: MIT */
/* A small HTTP server on 127.0.0.1 for tests, in a thread of its own: it answers
 * requests one after another from a script and keeps what it was sent. */
#ifndef GATEHOUSE_TEST_SERVER_H
#define GATEHOUSE_TEST_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SERVER_REQUESTS 16
#define SERVER_REQUEST_SIZE 16384

/* A line of the script is sent as it is and the connection kept; "!…" closes it
 * afterwards; "hang" never answers; "flood" sends a body without end. */
struct server {
	const char *const *script;	/* NULL at the end; then connections are closed */
	char requests[SERVER_REQUESTS][SERVER_REQUEST_SIZE];
	size_t served, connections;
	int fd, port, stop[2];
	pthread_t thread;
};

/* Whether fd is readable; false when the server is to stop. */
static inline bool
server_wait(struct server *s, int fd)
{
	struct pollfd p[] = { { s->stop[0], POLLIN, 0 }, { fd, POLLIN, 0 } };

	return poll(p, 2, -1) > 0 && p[0].revents == 0;
}

/* Whether the text is a request with its whole body. */
static inline bool
server_whole(const char *text)
{
	const char *body = strstr(text, "\r\n\r\n"), *length;

	if (body == NULL)
		return false;
	length = strcasestr(text, "\r\nContent-Length:");
	return length == NULL || length > body ||
	    strlen(body + 4) >= strtoul(length + 17, NULL, 10);
}

static inline bool
server_read(struct server *s, int fd, char *to)
{
	size_t n = 0;
	ssize_t got;

	while (!server_whole(to)) {
		if (!server_wait(s, fd) || n == SERVER_REQUEST_SIZE - 1)
			return false;
		got = read(fd, to + n, SERVER_REQUEST_SIZE - 1 - n);
		if (got <= 0)
			return false;
		n += (size_t)got;
	}
	return true;
}

static inline bool
server_send(int fd, const char *text)
{
	size_t n = strlen(text);

	return send(fd, text, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static inline void
server_flood(int fd)
{
	char page[4096];

	memset(page, 'x', sizeof page - 1);
	page[sizeof page - 1] = '\0';
	server_send(fd, "HTTP/1.1 200 OK\r\n\r\n");
	while (server_send(fd, page))
		;
}

/* Answers the requests of one connection until it ends. */
static inline void
server_talk(struct server *s, int fd)
{
	const char *line;

	while (s->served < SERVER_REQUESTS && server_read(s, fd, s->requests[s->served])) {
		line = s->script[s->served];
		if (line == NULL)
			return;
		s->served++;
		if (strcmp(line, "flood") == 0) {
			server_flood(fd);
			return;
		}
		if (strcmp(line, "hang") == 0) {
			char c;

			while (server_wait(s, fd) && read(fd, &c, 1) > 0)
				;
			return;
		}
		server_send(fd, line[0] == '!' ? line + 1 : line);
		if (line[0] == '!')
			return;
	}
}

static inline void *
server_main(void *arg)
{
	struct server *s = arg;

	while (server_wait(s, s->fd)) {
		int fd = accept(s->fd, NULL, NULL);

		s->connections++;
		server_talk(s, fd);
		close(fd);
	}
	return NULL;
}

/* Starts a server with that script; ended and freed by server_stop(). */
static inline struct server *
server_start(const char *const *script)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof address;
	struct server *s = calloc(1, sizeof *s);

	s->script = script;
	s->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(s->fd, (struct sockaddr *)&address, n) != 0 || listen(s->fd, 16) != 0 ||
	    getsockname(s->fd, (struct sockaddr *)&address, &n) != 0 || pipe(s->stop) != 0 ||
	    pthread_create(&s->thread, NULL, server_main, s) != 0)
		abort();
	s->port = ntohs(address.sin_port);
	return s;
}

/* Ends its thread; after this what it kept may be read without a race. */
static inline void
server_end(struct server *s)
{
	if (s->stop[1] < 0)
		return;
	close(s->stop[1]);
	s->stop[1] = -1;
	pthread_join(s->thread, NULL);
	close(s->stop[0]);
	close(s->fd);
}

static inline void
server_stop(struct server *s)
{
	server_end(s);
	free(s);
}

#endif
