/* SPDX-License-Identifier: MIT */
/* POST /api/session/wallet/nonce: what a wallet is to sign, once; and its address
 * spelt as the message needs it, which wallets and browsers often cannot. */
#include "common/eth.h"
#include "common/handler.h"

enum { P_ADDRESS };

static const struct param params[] = {
	[P_ADDRESS] = { .name = "address", .type = PARAM_TEXT },
};

static int
wallet_nonce_post(struct req *r)
{
	uint8_t address[ETH_ADDRESS_SIZE];
	char spelt[ETH_ADDRESS_TEXT];
	struct json_object *given;
	int rc;

	if (req_param(r, P_ADDRESS) != NULL && !eth_address_read(address, req_param(r, P_ADDRESS)))
		return req_invalid(r, "address", "is no address");
	rc = req_call_json(r, "wallet_nonce", NULL, 0, &given);
	if (rc < 0)
		return rc;
	if (req_param(r, P_ADDRESS) != NULL) {
		eth_address_write(spelt, address);
		json_set_text(given, "address", spelt);
	}
	return resp_json(r, 200, json_write(r->arena, given));
}

static const struct handler handler = {
	.name = "wallet-nonce",
	.params = params,
	.nparams = COUNT(params),
	.post = wallet_nonce_post,
};

int
main(void)
{
	return handler_main(&handler);
}
