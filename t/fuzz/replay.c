/* SPDX-License-Identifier: MIT */
/* main() of the fuzz programs in the ordinary test run: every file of the corpus,
 * each also cut short at every place and with every bit of some bytes turned. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "t/fuzz/fuzz.h"

#define INPUT_SIZE 65536

static void
input_run(const char *p, size_t n)
{
	/* A copy of the exact size: the sanitizer sees a read behind its end. */
	uint8_t *copy = malloc(n + (n == 0));

	if (copy == NULL)
		abort();
	memcpy(copy, p, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static void
input_vary(char *p, size_t n)
{
	size_t step = n / 512 + 1;

	input_run(p, n);
	for (size_t i = 0; i < n; i += step) {
		input_run(p, i);
		for (int bit = 0; bit < 8; bit++) {
			p[i] = (char)(p[i] ^ (1 << bit));
			input_run(p, n);
			p[i] = (char)(p[i] ^ (1 << bit));
		}
	}
}

/* One line of TAP per file; it is "ok" when we get to the line at all. */
static int
file_run(const char *folder, const char *name, int number)
{
	static char text[INPUT_SIZE];
	char path[4096];
	FILE *f;
	size_t n;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "rb");
	if (f == NULL) {
		printf("not ok %d - %s can be read\n", number, path);
		return 1;
	}
	n = fread(text, 1, sizeof text, f);
	fclose(f);
	input_vary(text, n);
	printf("ok %d - %s_%s_holds\n", number, fuzz_corpus, name);
	fflush(stdout);
	return 0;
}

int
main(void)
{
	const char *source = getenv("srcdir");
	char folder[2048];
	struct dirent *entry;
	int number = 0, failed = 0;
	DIR *d;

	snprintf(folder, sizeof folder, "%s/t/fuzz/corpus/%s", source == NULL ? "." : source, fuzz_corpus);
	d = opendir(folder);
	while (d != NULL && (entry = readdir(d)) != NULL)
		if (entry->d_name[0] != '.')
			failed += file_run(folder, entry->d_name, ++number);
	if (d != NULL)
		closedir(d);
	if (number == 0) {
		printf("not ok %d - the corpus %s has files\n", ++number, folder);
		failed++;
	}
	printf("1..%d\n", number);
	return failed > 0;
}
