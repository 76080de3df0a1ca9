// SPDX-License-Identifier: MIT
// sign.mjs SECRET < JSON array of bodies > JSON array of Stripe-Signature headers,
// made by Stripe's own library.
import { readFileSync } from "node:fs";
import Stripe from "stripe";

const bodies = JSON.parse(readFileSync(0, "utf8"));
const secret = process.argv[2];
const stripe = new Stripe("sk_test_unused");
const sign = (payload) => stripe.webhooks.generateTestHeaderString({ payload, secret });
process.stdout.write(JSON.stringify(bodies.map(sign)));
