/* SPDX-License-Identifier: MIT */
#include "common/metrics.h"

#include <dirent.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/util.h"

#define METRICS_MAGIC 0x31746d6867ULL	/* raise with the layout of struct metrics */
#define STATUS_CLASSES 6		/* 1xx to 5xx, by the first digit */
#define PROGRAMS_MAX 256

/* Upper bounds in microseconds; the last bucket has none. */
static const uint64_t bounds[] = { 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000,
	1000000, 5000000 };

struct metrics {
	uint64_t magic;
	_Atomic uint64_t status[STATUS_CLASSES];
	_Atomic uint64_t bucket[COUNT(bounds) + 1];
	_Atomic uint64_t micros, db_micros, db_retries;
	_Atomic int64_t in_flight;
};

static struct metrics *
metrics_map(int fd, int protection)
{
	int flags = fd < 0 ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED;
	void *p = mmap(NULL, sizeof(struct metrics), protection, flags, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

static int
metrics_file(const char *dir, const char *name, int flags)
{
	char path[4096];

	if (dir == NULL || snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path)
		return -1;
	return open(path, flags | O_CLOEXEC, 0644);
}

struct metrics *
metrics_open(const char *dir, const char *name)
{
	int fd = metrics_file(dir, name, O_RDWR | O_CREAT);
	struct metrics *m = NULL;

	if (fd >= 0 && ftruncate(fd, sizeof *m) == 0)
		m = metrics_map(fd, PROT_READ | PROT_WRITE);
	if (fd >= 0)
		close(fd);
	if (m == NULL)
		m = metrics_map(-1, PROT_READ | PROT_WRITE);
	if (m == NULL)
		abort();
	if (m->magic != METRICS_MAGIC) {
		memset(m, 0, sizeof *m);
		m->magic = METRICS_MAGIC;
	}
	/* What an earlier process was doing when it was killed is over. */
	atomic_store(&m->in_flight, 0);
	return m;
}

void
metrics_begin(struct metrics *m)
{
	atomic_fetch_add(&m->in_flight, 1);
}

static size_t
bucket_of(uint64_t micros)
{
	size_t i = 0;

	while (i < COUNT(bounds) && micros > bounds[i])
		i++;
	return i;
}

void
metrics_end(struct metrics *m, int status, uint64_t micros, uint64_t db_micros, uint64_t db_retries)
{
	atomic_fetch_add(&m->status[status / 100 % STATUS_CLASSES], 1);
	atomic_fetch_add(&m->bucket[bucket_of(micros)], 1);
	atomic_fetch_add(&m->micros, micros);
	atomic_fetch_add(&m->db_micros, db_micros);
	atomic_fetch_add(&m->db_retries, db_retries);
	atomic_fetch_sub(&m->in_flight, 1);
}

/* A copy of one program's counters.  false when the file is not ours. */
static bool
metrics_read(const char *dir, const char *name, struct metrics *out)
{
	int fd = metrics_file(dir, name, O_RDONLY);
	bool ok;

	if (fd < 0)
		return false;
	ok = read(fd, out, sizeof *out) == (ssize_t)sizeof *out && out->magic == METRICS_MAGIC;
	close(fd);
	return ok;
}

struct sample {
	char name[64];
	struct metrics m;
};

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct sample *)a)->name, ((const struct sample *)b)->name);
}

static size_t
metrics_read_all(const char *dir, struct sample *programs, size_t max)
{
	DIR *d = dir != NULL ? opendir(dir) : NULL;
	struct dirent *entry;
	size_t n = 0;

	if (d == NULL)
		return 0;
	while (n < max && (entry = readdir(d)) != NULL) {
		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= sizeof programs[n].name)
			continue;
		if (!metrics_read(dir, entry->d_name, &programs[n].m))
			continue;
		snprintf(programs[n].name, sizeof programs[n].name, "%s", entry->d_name);
		n++;
	}
	closedir(d);
	qsort(programs, n, sizeof *programs, by_name);
	return n;
}

static void
render_requests(const struct sample *p, size_t n, struct buf *out)
{
	buf_str(out, "# HELP gatehouse_requests_total Requests answered, by status class.\n"
	    "# TYPE gatehouse_requests_total counter\n");
	for (size_t i = 0; i < n; i++)
		for (int class = 2; class < STATUS_CLASSES; class++)
			buf_printf(out, "gatehouse_requests_total{route=\"%s\",status=\"%dxx\"} %llu\n",
			    p[i].name, class, (unsigned long long)p[i].m.status[class]);
}

static void
render_histogram(const struct sample *p, struct buf *out)
{
	unsigned long long sum = 0;

	for (size_t i = 0; i < COUNT(bounds); i++) {
		sum += p->m.bucket[i];
		buf_printf(out, "gatehouse_request_seconds_bucket{route=\"%s\",le=\"%g\"} %llu\n",
		    p->name, (double)bounds[i] / 1e6, sum);
	}
	sum += p->m.bucket[COUNT(bounds)];
	buf_printf(out, "gatehouse_request_seconds_bucket{route=\"%s\",le=\"+Inf\"} %llu\n",
	    p->name, sum);
	buf_printf(out, "gatehouse_request_seconds_sum{route=\"%s\"} %.6f\n", p->name,
	    (double)p->m.micros / 1e6);
	buf_printf(out, "gatehouse_request_seconds_count{route=\"%s\"} %llu\n", p->name, sum);
}

static void
render_database(const struct sample *p, size_t n, struct buf *out)
{
	buf_str(out, "# HELP gatehouse_database_seconds_total Time spent waiting for PostgreSQL.\n"
	    "# TYPE gatehouse_database_seconds_total counter\n");
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "gatehouse_database_seconds_total{route=\"%s\"} %.6f\n", p[i].name,
		    (double)p[i].m.db_micros / 1e6);
	buf_str(out, "# HELP gatehouse_database_retries_total Calls repeated after a deadlock "
	    "or serialization failure.\n# TYPE gatehouse_database_retries_total counter\n");
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "gatehouse_database_retries_total{route=\"%s\"} %llu\n", p[i].name,
		    (unsigned long long)p[i].m.db_retries);
}

void
metrics_render(const char *dir, struct buf *out)
{
	struct sample *programs = calloc(PROGRAMS_MAX, sizeof *programs);
	size_t n;

	if (programs == NULL)
		abort();
	n = metrics_read_all(dir, programs, PROGRAMS_MAX);
	render_requests(programs, n, out);
	buf_str(out, "# HELP gatehouse_request_seconds Time to answer.\n"
	    "# TYPE gatehouse_request_seconds histogram\n");
	for (size_t i = 0; i < n; i++)
		render_histogram(&programs[i], out);
	buf_str(out, "# HELP gatehouse_requests_in_flight Requests being served now.\n"
	    "# TYPE gatehouse_requests_in_flight gauge\n");
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "gatehouse_requests_in_flight{route=\"%s\"} %lld\n",
		    programs[i].name, (long long)programs[i].m.in_flight);
	render_database(programs, n, out);
	free(programs);
}

void
metrics_render_gauges(const struct json_object *gauges, struct buf *out)
{
	json_object_object_foreach((struct json_object *)gauges, name, value)
		if (json_object_is_type(value, json_type_int))
			buf_printf(out, "# TYPE gatehouse_%s gauge\ngatehouse_%s %lld\n", name, name,
			    (long long)json_object_get_int64(value));
}
