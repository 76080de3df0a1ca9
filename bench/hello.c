/* SPDX-License-Identifier: MIT */
/* The least a libfcgi program can do, by as many threads as a reading route has:
 * what those are held against.  Arguments: the socket's path, the number of threads. */
#include <fcgiapp.h>
#include <pthread.h>
#include <stdlib.h>

static int listening;

static void *
work(void *arg)
{
	FCGX_Request request;

	(void)arg;
	FCGX_InitRequest(&request, listening, 0);
	while (FCGX_Accept_r(&request) == 0) {
		FCGX_PutS("Content-Type: text/plain\r\n\r\nhello\n", request.out);
		FCGX_Finish_r(&request);
	}
	return NULL;
}

int
main(int argc, char **argv)
{
	int threads = argc == 3 ? atoi(argv[2]) : 0;
	pthread_t thread;

	if (threads < 1 || FCGX_Init() != 0 || (listening = FCGX_OpenSocket(argv[1], 1024)) < 0)
		return 1;
	while (--threads > 0 && pthread_create(&thread, NULL, work, NULL) == 0)
		;
	work(NULL);
	return 1;
}
