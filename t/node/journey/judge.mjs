// SPDX-License-Identifier: MIT
// judge.mjs SECRET < JSON array of {payload, header} > JSON array of booleans:
// whether Stripe's own library takes the header for a good signature.
import { readFileSync } from "node:fs";
import Stripe from "stripe";

const secret = process.argv[2];
const stripe = new Stripe("sk_test_unused");
const good = ({ payload, header }) => {
	try {
		stripe.webhooks.constructEvent(payload, header, secret);
		return true;
	} catch {
		return false;
	}
};
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(good)));
