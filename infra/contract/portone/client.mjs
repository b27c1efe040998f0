// Runs PortOne's official client for the Go test beside this file: one JSON request a line in, one JSON answer a line out.
//   {"call":"payWithBillingKey","options":{…}}   → {"value":…} or {"error":"PayWithBillingKeyError","data":{…}}
//   {"call":"verify","options":{"secret","payload","headers"}}
import { createInterface } from "node:readline";
import { PortOneClient, Webhook } from "@portone/server-sdk";

const [baseUrl, storeId] = process.argv.slice(2);

function perform(call, options, secret) {
  const { payment } = PortOneClient({ secret, baseUrl, storeId });
  switch (call) {
    case "verify":
      return Webhook.verify(options.secret, options.payload, options.headers);
    case "getBillingKeyInfo":
    case "deleteBillingKey":
    case "issueBillingKey":
      return payment.billingKey[call](options);
    default:
      return payment[call](options);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { call, options, secret } = JSON.parse(line);
  let said;
  try {
    said = { value: await perform(call, options, secret) };
  } catch (e) {
    said = { error: e.name, reason: e.reason, data: e.data };
  }
  console.log(JSON.stringify(said));
}
