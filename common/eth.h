/* SPDX-License-Identifier: MIT */
/* Ethereum's hash, addresses and signatures: who signed a text.  The only file that
 * talks to libsecp256k1 and, for Keccak, to nettle. */
#ifndef GATEHOUSE_ETH_H
#define GATEHOUSE_ETH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KECCAK_SIZE 32		/* bytes of a hash */
#define ETH_ADDRESS_SIZE 20	/* bytes of an address */
#define ETH_ADDRESS_TEXT 43	/* "0x", 40 hex digits and the NUL */
#define ETH_SIGNATURE_SIZE 65	/* r, s and v */

/* Keccak-256 of n bytes at p, as it was before NIST padded it otherwise for SHA-3. */
void keccak256(uint8_t hash[KECCAK_SIZE], const void *p, size_t n);

/* The hash that a wallet signs of n bytes of text at p (EIP-191, version 0x45). */
void eth_text_hash(uint8_t hash[KECCAK_SIZE], const char *p, size_t n);

/* An address as text, its letters' case being its checksum (EIP-55). */
void eth_address_write(char text[ETH_ADDRESS_TEXT], const uint8_t address[ETH_ADDRESS_SIZE]);

/* Reads "0x" and 40 hex digits.  Letters of both cases must be the checksum; all of
 * one case carry none.  False when it is none, or misspelt. */
bool eth_address_read(uint8_t address[ETH_ADDRESS_SIZE], const char *text);

/* Reads "0x" and 130 hex digits of either case. */
bool eth_signature_read(uint8_t signature[ETH_SIGNATURE_SIZE], const char *text);

/* The address whose key signed the hash.  v is 0, 1, 27 or 28, and s in the lower
 * half (EIP-2), so that nobody can make a second signature of one; false otherwise,
 * or when the numbers are no signature at all. */
bool eth_recover(uint8_t address[ETH_ADDRESS_SIZE], const uint8_t hash[KECCAK_SIZE],
    const uint8_t signature[ETH_SIGNATURE_SIZE]);

#endif
