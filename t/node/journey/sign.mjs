// SPDX-License-Identifier: MIT
// sign.mjs SECRET < JSON array of {payload, timestamp} > JSON array of
// Stripe-Signature headers, made by Stripe's own library.  Times in seconds.
import { readFileSync } from "node:fs";
import Stripe from "stripe";

const secret = process.argv[2];
const stripe = new Stripe("sk_test_unused");
const sign = (member) => stripe.webhooks.generateTestHeaderString({ ...member, secret });
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(sign)));
