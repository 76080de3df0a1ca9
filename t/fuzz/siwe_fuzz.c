/* SPDX-License-Identifier: MIT */
/* A message to sign in with: reading it stays within it, and what is read as one is
 * one: its parts put together again are the text. */
#include <string.h>

#include "common/arena.h"
#include "common/eth.h"
#include "common/siwe.h"
#include "t/fuzz/fuzz.h"

const char fuzz_corpus[] = "siwe";

/* The message up to its nonce, which every message has, from what was read. */
static const char *
head_make(struct arena *a, const struct siwe *m)
{
	return arena_printf(a, "%s%s%s wants you to sign in with your Ethereum account:\n%s\n\n%s%s\n"
	    "URI: %s\nVersion: 1\nChain ID: %s\nNonce: %s\nIssued At: %s",
	    m->scheme != NULL ? m->scheme : "", m->scheme != NULL ? "://" : "", m->domain, m->address,
	    m->statement != NULL ? m->statement : "", m->statement != NULL ? "\n" : "", m->uri,
	    m->chain_id, m->nonce, m->issued_at);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new();
	struct siwe m;
	uint8_t address[ETH_ADDRESS_SIZE];

	if (siwe_parse(a, (const char *)p, n, &m) == NULL) {
		const char *head = head_make(a, &m);

		PROMISE(n >= strlen(head) && memcmp(p, head, strlen(head)) == 0);
		PROMISE(eth_address_read(address, m.address));
		PROMISE(strlen(m.nonce) >= 8);
		siwe_foreign(&m, "https://gate.example", "1");
		PROMISE(!siwe_signed(&m, (const char *)p, n, "0x"));
	}
	arena_free(a);
	return 0;
}
