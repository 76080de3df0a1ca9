/* SPDX-License-Identifier: MIT */
/* One fuzz target per program.  libFuzzer drives it when built by
 *
 *	clang -fsanitize=fuzzer,address,undefined … t/fuzz/NAME_fuzz.c …
 *
 * and in the ordinary test run replay.c puts t/fuzz/corpus/NAME/ through it. */
#ifndef GATEHOUSE_FUZZ_H
#define GATEHOUSE_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* The corpus's folder below t/fuzz/corpus/; set by each target. */
extern const char fuzz_corpus[];

/* Takes one input of n bytes; returns 0, and aborts when a promise is broken. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* What must hold for every input. */
#define PROMISE(condition) do { if (!(condition)) abort(); } while (0)

#endif
