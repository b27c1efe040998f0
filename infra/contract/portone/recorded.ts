// Answers of the simulator, recorded by the Go test beside this file (go test -update) and compiled against the types of
// PortOne's official client. A required field that is missing, or of another type, does not compile.
import type { Common, Payment, Webhook } from "@portone/server-sdk";

const cardKey = {
  status: "ISSUED" as const,
  billingKey: "billing-key-69b09bd5-a9a9-f54b-a52f-aedf227e98a5" as const,
  merchantId: "merchant-1" as const,
  storeId: "store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec" as const,
  methods: [{type: "BillingKeyPaymentMethodCard" as const, card: {publisher: "SHINHAN_CARD" as const, issuer: "SHINHAN_CARD" as const, brand: "LOCAL" as const, type: "CREDIT" as const, ownerType: "CORPORATE" as const, bin: "433012" as const, name: "신한카드" as const, number: "43301234****123*" as const}}],
  channels: [{type: "TEST" as const, key: "channel-key-893597d6-e62d-410f-83f9-119f530b4b11" as const, name: "토스 자동결제" as const, pgProvider: "TOSSPAYMENTS" as const, pgMerchantId: "bill_test" as const}],
  customer: {id: "customer-1" as const, name: "한빛소프트" as const},
  requestedAt: "2026-11-06T01:00:00.000Z" as const,
  issuedAt: "2026-11-06T01:00:00.000Z" as const,
};
cardKey satisfies Payment.BillingKey.IssuedBillingKeyInfo;

const kakaoKey = {
  status: "ISSUED" as const,
  billingKey: "billing-key-ad0b529d-4123-69c9-a01d-944e1bd45c30" as const,
  merchantId: "merchant-1" as const,
  storeId: "store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec" as const,
  methods: [{type: "BillingKeyPaymentMethodEasyPay" as const, provider: "KAKAOPAY" as const, method: {type: "BillingKeyPaymentMethodCard" as const, card: {publisher: "SHINHAN_CARD" as const, issuer: "SHINHAN_CARD" as const, brand: "LOCAL" as const, type: "CREDIT" as const, ownerType: "CORPORATE" as const, bin: "433012" as const, name: "신한카드" as const, number: "43301234****123*" as const}}}],
  channels: [{type: "TEST" as const, key: "channel-key-893597d6-e62d-410f-83f9-119f530b4b11" as const, name: "토스 자동결제" as const, pgProvider: "TOSSPAYMENTS" as const, pgMerchantId: "bill_test" as const}],
  customer: {id: "customer-2" as const},
  requestedAt: "2026-11-06T01:00:00.000Z" as const,
  issuedAt: "2026-11-06T01:00:00.000Z" as const,
};
kakaoKey satisfies Payment.BillingKey.IssuedBillingKeyInfo;

const deleted = {
  deletedAt: "2026-11-06T01:00:00.000Z" as const,
};
deleted satisfies Payment.BillingKey.DeleteBillingKeyResponse;

const deletedKey = {
  status: "DELETED" as const,
  billingKey: "billing-key-69b09bd5-a9a9-f54b-a52f-aedf227e98a5" as const,
  merchantId: "merchant-1" as const,
  storeId: "store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec" as const,
  methods: [{type: "BillingKeyPaymentMethodCard" as const, card: {publisher: "SHINHAN_CARD" as const, issuer: "SHINHAN_CARD" as const, brand: "LOCAL" as const, type: "CREDIT" as const, ownerType: "CORPORATE" as const, bin: "433012" as const, name: "신한카드" as const, number: "43301234****123*" as const}}],
  channels: [{type: "TEST" as const, key: "channel-key-893597d6-e62d-410f-83f9-119f530b4b11" as const, name: "토스 자동결제" as const, pgProvider: "TOSSPAYMENTS" as const, pgMerchantId: "bill_test" as const}],
  customer: {id: "customer-1" as const, name: "한빛소프트" as const},
  requestedAt: "2026-11-06T01:00:00.000Z" as const,
  issuedAt: "2026-11-06T01:00:00.000Z" as const,
  deletedAt: "2026-11-06T01:00:00.000Z" as const,
};
deletedKey satisfies Payment.BillingKey.DeletedBillingKeyInfo;

const kakaoCharge = {
  payment: {paidAt: "2026-11-06T01:00:00.000Z" as const, pgTxId: "tvivabbc2e25fb828766a68b9" as const},
};
kakaoCharge satisfies Payment.PayWithBillingKeyResponse;

const kakaoPaid = {
  status: "PAID" as const,
  id: "kakao-1" as const,
  transactionId: "bbc2e25f-b828-766a-68b9-811641be18e2" as const,
  merchantId: "merchant-1" as const,
  storeId: "store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec" as const,
  method: {type: "PaymentMethodEasyPay" as const, provider: "KAKAOPAY" as const, easyPayMethod: {type: "PaymentMethodCard" as const, card: {publisher: "SHINHAN_CARD" as const, issuer: "SHINHAN_CARD" as const, brand: "LOCAL" as const, type: "CREDIT" as const, ownerType: "CORPORATE" as const, bin: "433012" as const, name: "신한카드" as const, number: "43301234****123*" as const}, approvalNumber: "27741919" as const, installment: {month: 0, isInterestFree: false}, pointUsed: false}},
  channel: {type: "TEST" as const, key: "channel-key-893597d6-e62d-410f-83f9-119f530b4b11" as const, name: "토스 자동결제" as const, pgProvider: "TOSSPAYMENTS" as const, pgMerchantId: "bill_test" as const},
  version: "V2" as const,
  billingKey: "billing-key-ad0b529d-4123-69c9-a01d-944e1bd45c30" as const,
  requestedAt: "2026-11-06T01:00:00.000Z" as const,
  updatedAt: "2026-11-06T01:00:00.000Z" as const,
  statusChangedAt: "2026-11-06T01:00:00.000Z" as const,
  orderName: "10월 클라우드 이용료" as const,
  amount: {total: 5500, taxFree: 0, vat: 500, supply: 5000, discount: 0, paid: 5500, cancelled: 0, cancelledTaxFree: 0},
  currency: "KRW" as const,
  customer: {id: "customer-1" as const, name: "한빛소프트" as const},
  origin: {platformType: "API" as const, ipAddress: "127.0.0.1" as const},
  paidAt: "2026-11-06T01:00:00.000Z" as const,
  pgTxId: "tvivabbc2e25fb828766a68b9" as const,
  receiptUrl: "https://receipt.portone.invalid/bbc2e25f-b828-766a-68b9-811641be18e2" as const,
  disputes: [],
};
kakaoPaid satisfies Payment.PaidPayment;

const charged = {
  payment: {paidAt: "2026-11-06T01:00:00.000Z" as const, pgTxId: "tviva28d0e7e15b79b12656b2" as const},
};
charged satisfies Payment.PayWithBillingKeyResponse;

const paid = {
  status: "PAID" as const,
  id: "payment-1" as const,
  transactionId: "28d0e7e1-5b79-b126-56b2-d33501fc00ec" as const,
  merchantId: "merchant-1" as const,
  storeId: "store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec" as const,
  method: {type: "PaymentMethodCard" as const, card: {publisher: "SHINHAN_CARD" as const, issuer: "SHINHAN_CARD" as const, brand: "LOCAL" as const, type: "CREDIT" as const, ownerType: "CORPORATE" as const, bin: "433012" as const, name: "신한카드" as const, number: "43301234****123*" as const}, approvalNumber: "64168026" as const, installment: {month: 0, isInterestFree: false}, pointUsed: false},
  channel: {type: "TEST" as const, key: "channel-key-893597d6-e62d-410f-83f9-119f530b4b11" as const, name: "토스 자동결제" as const, pgProvider: "TOSSPAYMENTS" as const, pgMerchantId: "bill_test" as const},
  version: "V2" as const,
  billingKey: "billing-key-4cfea1a3-c273-15c7-d04f-354433f0bfcb" as const,
  requestedAt: "2026-11-06T01:00:00.000Z" as const,
  updatedAt: "2026-11-06T01:00:00.000Z" as const,
  statusChangedAt: "2026-11-06T01:00:00.000Z" as const,
  orderName: "10월 클라우드 이용료" as const,
  amount: {total: 110000, taxFree: 0, vat: 10000, supply: 100000, discount: 0, paid: 110000, cancelled: 0, cancelledTaxFree: 0},
  currency: "KRW" as const,
  customer: {id: "customer-1" as const, name: "한빛소프트" as const},
  origin: {platformType: "API" as const, ipAddress: "127.0.0.1" as const},
  paidAt: "2026-11-06T01:00:00.000Z" as const,
  pgTxId: "tviva28d0e7e15b79b12656b2" as const,
  receiptUrl: "https://receipt.portone.invalid/28d0e7e1-5b79-b126-56b2-d33501fc00ec" as const,
  disputes: [],
};
paid satisfies Payment.PaidPayment;

const cancelFailed = {
  cancellation: {status: "FAILED" as const, id: "d3c4b481-fc4f-bb50-2311-d18e6145db1e" as const, totalAmount: 11000, taxFreeAmount: 0, vatAmount: 1000, reason: "정정" as const, requestedAt: "2026-11-06T01:00:00.000Z" as const, trigger: "API" as const},
};
cancelFailed satisfies { cancellation: Payment.FailedPaymentCancellation };

const cancelRequested = {
  cancellation: {status: "REQUESTED" as const, id: "111e5fd3-2901-bf7c-44f1-880cdfb398da" as const, totalAmount: 11000, taxFreeAmount: 0, vatAmount: 1000, reason: "정정" as const, requestedAt: "2026-11-06T01:00:00.000Z" as const, trigger: "API" as const},
};
cancelRequested satisfies { cancellation: Payment.RequestedPaymentCancellation };

const partlyCancelled = {
  status: "PARTIAL_CANCELLED" as const,
  id: "payment-1" as const,
  transactionId: "28d0e7e1-5b79-b126-56b2-d33501fc00ec" as const,
  merchantId: "merchant-1" as const,
  storeId: "store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec" as const,
  method: {type: "PaymentMethodCard" as const, card: {publisher: "SHINHAN_CARD" as const, issuer: "SHINHAN_CARD" as const, brand: "LOCAL" as const, type: "CREDIT" as const, ownerType: "CORPORATE" as const, bin: "433012" as const, name: "신한카드" as const, number: "43301234****123*" as const}, approvalNumber: "64168026" as const, installment: {month: 0, isInterestFree: false}, pointUsed: false},
  channel: {type: "TEST" as const, key: "channel-key-893597d6-e62d-410f-83f9-119f530b4b11" as const, name: "토스 자동결제" as const, pgProvider: "TOSSPAYMENTS" as const, pgMerchantId: "bill_test" as const},
  version: "V2" as const,
  billingKey: "billing-key-4cfea1a3-c273-15c7-d04f-354433f0bfcb" as const,
  requestedAt: "2026-11-06T01:00:00.000Z" as const,
  updatedAt: "2026-11-06T01:00:00.000Z" as const,
  statusChangedAt: "2026-11-06T01:00:00.000Z" as const,
  orderName: "10월 클라우드 이용료" as const,
  amount: {total: 110000, taxFree: 0, vat: 10000, supply: 100000, discount: 0, paid: 110000, cancelled: 11000, cancelledTaxFree: 0},
  currency: "KRW" as const,
  customer: {id: "customer-1" as const, name: "한빛소프트" as const},
  origin: {platformType: "API" as const, ipAddress: "127.0.0.1" as const},
  paidAt: "2026-11-06T01:00:00.000Z" as const,
  pgTxId: "tviva28d0e7e15b79b12656b2" as const,
  receiptUrl: "https://receipt.portone.invalid/28d0e7e1-5b79-b126-56b2-d33501fc00ec" as const,
  cancellations: [{status: "FAILED" as const, id: "d3c4b481-fc4f-bb50-2311-d18e6145db1e" as const, totalAmount: 11000, taxFreeAmount: 0, vatAmount: 1000, reason: "정정" as const, requestedAt: "2026-11-06T01:00:00.000Z" as const, trigger: "API" as const}, {status: "SUCCEEDED" as const, id: "111e5fd3-2901-bf7c-44f1-880cdfb398da" as const, pgCancellationId: "pg-111e5fd3-2901-bf7c-44f1-880cdfb398da" as const, totalAmount: 11000, taxFreeAmount: 0, vatAmount: 1000, reason: "정정" as const, cancelledAt: "2026-11-06T01:00:00.000Z" as const, requestedAt: "2026-11-06T01:00:00.000Z" as const, receiptUrl: "https://receipt.portone.invalid/111e5fd3-2901-bf7c-44f1-880cdfb398da" as const, trigger: "API" as const}],
  cancelledAt: "2026-11-06T01:00:00.000Z" as const,
};
partlyCancelled satisfies Payment.PartialCancelledPayment;

const cancelled = {
  cancellation: {status: "SUCCEEDED" as const, id: "025902b8-f970-9cf7-eb02-a44983224c94" as const, pgCancellationId: "pg-025902b8-f970-9cf7-eb02-a44983224c94" as const, totalAmount: 99000, taxFreeAmount: 0, vatAmount: 9000, reason: "정정" as const, cancelledAt: "2026-11-06T01:00:00.000Z" as const, requestedAt: "2026-11-06T01:00:00.000Z" as const, receiptUrl: "https://receipt.portone.invalid/025902b8-f970-9cf7-eb02-a44983224c94" as const, trigger: "API" as const},
};
cancelled satisfies { cancellation: Payment.SucceededPaymentCancellation };

const whollyCancelled = {
  status: "CANCELLED" as const,
  id: "payment-1" as const,
  transactionId: "28d0e7e1-5b79-b126-56b2-d33501fc00ec" as const,
  merchantId: "merchant-1" as const,
  storeId: "store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec" as const,
  method: {type: "PaymentMethodCard" as const, card: {publisher: "SHINHAN_CARD" as const, issuer: "SHINHAN_CARD" as const, brand: "LOCAL" as const, type: "CREDIT" as const, ownerType: "CORPORATE" as const, bin: "433012" as const, name: "신한카드" as const, number: "43301234****123*" as const}, approvalNumber: "64168026" as const, installment: {month: 0, isInterestFree: false}, pointUsed: false},
  channel: {type: "TEST" as const, key: "channel-key-893597d6-e62d-410f-83f9-119f530b4b11" as const, name: "토스 자동결제" as const, pgProvider: "TOSSPAYMENTS" as const, pgMerchantId: "bill_test" as const},
  version: "V2" as const,
  billingKey: "billing-key-4cfea1a3-c273-15c7-d04f-354433f0bfcb" as const,
  requestedAt: "2026-11-06T01:00:00.000Z" as const,
  updatedAt: "2026-11-06T01:00:00.000Z" as const,
  statusChangedAt: "2026-11-06T01:00:00.000Z" as const,
  orderName: "10월 클라우드 이용료" as const,
  amount: {total: 110000, taxFree: 0, vat: 10000, supply: 100000, discount: 0, paid: 110000, cancelled: 110000, cancelledTaxFree: 0},
  currency: "KRW" as const,
  customer: {id: "customer-1" as const, name: "한빛소프트" as const},
  origin: {platformType: "API" as const, ipAddress: "127.0.0.1" as const},
  paidAt: "2026-11-06T01:00:00.000Z" as const,
  pgTxId: "tviva28d0e7e15b79b12656b2" as const,
  receiptUrl: "https://receipt.portone.invalid/28d0e7e1-5b79-b126-56b2-d33501fc00ec" as const,
  cancellations: [{status: "FAILED" as const, id: "d3c4b481-fc4f-bb50-2311-d18e6145db1e" as const, totalAmount: 11000, taxFreeAmount: 0, vatAmount: 1000, reason: "정정" as const, requestedAt: "2026-11-06T01:00:00.000Z" as const, trigger: "API" as const}, {status: "SUCCEEDED" as const, id: "111e5fd3-2901-bf7c-44f1-880cdfb398da" as const, pgCancellationId: "pg-111e5fd3-2901-bf7c-44f1-880cdfb398da" as const, totalAmount: 11000, taxFreeAmount: 0, vatAmount: 1000, reason: "정정" as const, cancelledAt: "2026-11-06T01:00:00.000Z" as const, requestedAt: "2026-11-06T01:00:00.000Z" as const, receiptUrl: "https://receipt.portone.invalid/111e5fd3-2901-bf7c-44f1-880cdfb398da" as const, trigger: "API" as const}, {status: "SUCCEEDED" as const, id: "025902b8-f970-9cf7-eb02-a44983224c94" as const, pgCancellationId: "pg-025902b8-f970-9cf7-eb02-a44983224c94" as const, totalAmount: 99000, taxFreeAmount: 0, vatAmount: 9000, reason: "정정" as const, cancelledAt: "2026-11-06T01:00:00.000Z" as const, requestedAt: "2026-11-06T01:00:00.000Z" as const, receiptUrl: "https://receipt.portone.invalid/025902b8-f970-9cf7-eb02-a44983224c94" as const, trigger: "API" as const}],
  cancelledAt: "2026-11-06T01:00:00.000Z" as const,
};
whollyCancelled satisfies Payment.CancelledPayment;

const failed = {
  status: "FAILED" as const,
  id: "payment-2" as const,
  transactionId: "2b25a902-7293-5699-eb38-88d10c8bf8bf" as const,
  merchantId: "merchant-1" as const,
  storeId: "store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec" as const,
  method: {type: "PaymentMethodCard" as const, card: {publisher: "SHINHAN_CARD" as const, issuer: "SHINHAN_CARD" as const, brand: "LOCAL" as const, type: "CREDIT" as const, ownerType: "CORPORATE" as const, bin: "433012" as const, name: "신한카드" as const, number: "43301234****123*" as const}},
  channel: {type: "TEST" as const, key: "channel-key-893597d6-e62d-410f-83f9-119f530b4b11" as const, name: "토스 자동결제" as const, pgProvider: "TOSSPAYMENTS" as const, pgMerchantId: "bill_test" as const},
  version: "V2" as const,
  billingKey: "billing-key-4c211e9a-ec88-3dd3-0b44-96744593fead" as const,
  requestedAt: "2026-11-06T01:00:00.000Z" as const,
  updatedAt: "2026-11-06T01:00:00.000Z" as const,
  statusChangedAt: "2026-11-06T01:00:00.000Z" as const,
  orderName: "10월 클라우드 이용료" as const,
  amount: {total: 110000, taxFree: 0, vat: 10000, supply: 100000, discount: 0, paid: 0, cancelled: 0, cancelledTaxFree: 0},
  currency: "KRW" as const,
  customer: {id: "customer-1" as const, name: "한빛소프트" as const},
  origin: {platformType: "API" as const, ipAddress: "127.0.0.1" as const},
  failedAt: "2026-11-06T01:00:00.000Z" as const,
  failure: {reason: "the gateway refused" as const, pgCode: "REJECT_CARD_PAYMENT" as const, pgMessage: "결제가 거절되었습니다." as const},
};
failed satisfies Payment.FailedPayment;

const ready = {
  status: "READY" as const,
  id: "ready" as const,
  transactionId: "cc24aa7d-805a-ebbe-68f6-c90527f84613" as const,
  merchantId: "merchant-1" as const,
  storeId: "store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec" as const,
  channel: {type: "TEST" as const, key: "channel-key-893597d6-e62d-410f-83f9-119f530b4b11" as const, name: "토스 자동결제" as const, pgProvider: "TOSSPAYMENTS" as const, pgMerchantId: "bill_test" as const},
  version: "V2" as const,
  requestedAt: "2026-11-06T01:00:00.000Z" as const,
  updatedAt: "2026-11-06T01:00:00.000Z" as const,
  statusChangedAt: "2026-11-06T01:00:00.000Z" as const,
  orderName: "x" as const,
  amount: {total: 1000, taxFree: 0, vat: 0, supply: 1000, discount: 0, paid: 0, cancelled: 0, cancelledTaxFree: 0},
  currency: "KRW" as const,
  customer: {},
  origin: {platformType: "API" as const, ipAddress: "127.0.0.1" as const},
};
ready satisfies Payment.ReadyPayment;

const payPending = {
  status: "PAY_PENDING" as const,
  id: "pay_pending" as const,
  transactionId: "bd5c23a5-9a44-4e22-b78f-b97d9e5433e5" as const,
  merchantId: "merchant-1" as const,
  storeId: "store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec" as const,
  channel: {type: "TEST" as const, key: "channel-key-893597d6-e62d-410f-83f9-119f530b4b11" as const, name: "토스 자동결제" as const, pgProvider: "TOSSPAYMENTS" as const, pgMerchantId: "bill_test" as const},
  version: "V2" as const,
  requestedAt: "2026-11-06T01:00:00.000Z" as const,
  updatedAt: "2026-11-06T01:00:00.000Z" as const,
  statusChangedAt: "2026-11-06T01:00:00.000Z" as const,
  orderName: "x" as const,
  amount: {total: 1000, taxFree: 0, vat: 0, supply: 1000, discount: 0, paid: 0, cancelled: 0, cancelledTaxFree: 0},
  currency: "KRW" as const,
  customer: {},
  origin: {platformType: "API" as const, ipAddress: "127.0.0.1" as const},
};
payPending satisfies Payment.PayPendingPayment;

const virtualAccount = {
  status: "VIRTUAL_ACCOUNT_ISSUED" as const,
  id: "virtual_account_issued" as const,
  transactionId: "39c6fffe-6daa-8a06-3175-0134e1c684d1" as const,
  merchantId: "merchant-1" as const,
  storeId: "store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec" as const,
  method: {type: "PaymentMethodVirtualAccount" as const, accountNumber: "71551909414858" as const},
  channel: {type: "TEST" as const, key: "channel-key-893597d6-e62d-410f-83f9-119f530b4b11" as const, name: "토스 자동결제" as const, pgProvider: "TOSSPAYMENTS" as const, pgMerchantId: "bill_test" as const},
  version: "V2" as const,
  requestedAt: "2026-11-06T01:00:00.000Z" as const,
  updatedAt: "2026-11-06T01:00:00.000Z" as const,
  statusChangedAt: "2026-11-06T01:00:00.000Z" as const,
  orderName: "x" as const,
  amount: {total: 1000, taxFree: 0, vat: 0, supply: 1000, discount: 0, paid: 0, cancelled: 0, cancelledTaxFree: 0},
  currency: "KRW" as const,
  customer: {},
  origin: {platformType: "API" as const, ipAddress: "127.0.0.1" as const},
  pgTxId: "tviva39c6fffe6daa8a063175" as const,
};
virtualAccount satisfies Payment.VirtualAccountIssuedPayment;

const listed = {
  items: [{status: "CANCELLED" as const, id: "payment-1" as const, transactionId: "28d0e7e1-5b79-b126-56b2-d33501fc00ec" as const, merchantId: "merchant-1" as const, storeId: "store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec" as const, method: {type: "PaymentMethodCard" as const, card: {publisher: "SHINHAN_CARD" as const, issuer: "SHINHAN_CARD" as const, brand: "LOCAL" as const, type: "CREDIT" as const, ownerType: "CORPORATE" as const, bin: "433012" as const, name: "신한카드" as const, number: "43301234****123*" as const}, approvalNumber: "64168026" as const, installment: {month: 0, isInterestFree: false}, pointUsed: false}, channel: {type: "TEST" as const, key: "channel-key-893597d6-e62d-410f-83f9-119f530b4b11" as const, name: "토스 자동결제" as const, pgProvider: "TOSSPAYMENTS" as const, pgMerchantId: "bill_test" as const}, version: "V2" as const, billingKey: "billing-key-4cfea1a3-c273-15c7-d04f-354433f0bfcb" as const, requestedAt: "2026-11-06T01:00:00.000Z" as const, updatedAt: "2026-11-06T01:00:00.000Z" as const, statusChangedAt: "2026-11-06T01:00:00.000Z" as const, orderName: "10월 클라우드 이용료" as const, amount: {total: 110000, taxFree: 0, vat: 10000, supply: 100000, discount: 0, paid: 110000, cancelled: 110000, cancelledTaxFree: 0}, currency: "KRW" as const, customer: {id: "customer-1" as const, name: "한빛소프트" as const}, origin: {platformType: "API" as const, ipAddress: "127.0.0.1" as const}, paidAt: "2026-11-06T01:00:00.000Z" as const, pgTxId: "tviva28d0e7e15b79b12656b2" as const, receiptUrl: "https://receipt.portone.invalid/28d0e7e1-5b79-b126-56b2-d33501fc00ec" as const, cancellations: [{status: "FAILED" as const, id: "d3c4b481-fc4f-bb50-2311-d18e6145db1e" as const, totalAmount: 11000, taxFreeAmount: 0, vatAmount: 1000, reason: "정정" as const, requestedAt: "2026-11-06T01:00:00.000Z" as const, trigger: "API" as const}, {status: "SUCCEEDED" as const, id: "111e5fd3-2901-bf7c-44f1-880cdfb398da" as const, pgCancellationId: "pg-111e5fd3-2901-bf7c-44f1-880cdfb398da" as const, totalAmount: 11000, taxFreeAmount: 0, vatAmount: 1000, reason: "정정" as const, cancelledAt: "2026-11-06T01:00:00.000Z" as const, requestedAt: "2026-11-06T01:00:00.000Z" as const, receiptUrl: "https://receipt.portone.invalid/111e5fd3-2901-bf7c-44f1-880cdfb398da" as const, trigger: "API" as const}, {status: "SUCCEEDED" as const, id: "025902b8-f970-9cf7-eb02-a44983224c94" as const, pgCancellationId: "pg-025902b8-f970-9cf7-eb02-a44983224c94" as const, totalAmount: 99000, taxFreeAmount: 0, vatAmount: 9000, reason: "정정" as const, cancelledAt: "2026-11-06T01:00:00.000Z" as const, requestedAt: "2026-11-06T01:00:00.000Z" as const, receiptUrl: "https://receipt.portone.invalid/025902b8-f970-9cf7-eb02-a44983224c94" as const, trigger: "API" as const}], cancelledAt: "2026-11-06T01:00:00.000Z" as const}, {status: "FAILED" as const, id: "payment-2" as const, transactionId: "2b25a902-7293-5699-eb38-88d10c8bf8bf" as const, merchantId: "merchant-1" as const, storeId: "store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec" as const, method: {type: "PaymentMethodCard" as const, card: {publisher: "SHINHAN_CARD" as const, issuer: "SHINHAN_CARD" as const, brand: "LOCAL" as const, type: "CREDIT" as const, ownerType: "CORPORATE" as const, bin: "433012" as const, name: "신한카드" as const, number: "43301234****123*" as const}}, channel: {type: "TEST" as const, key: "channel-key-893597d6-e62d-410f-83f9-119f530b4b11" as const, name: "토스 자동결제" as const, pgProvider: "TOSSPAYMENTS" as const, pgMerchantId: "bill_test" as const}, version: "V2" as const, billingKey: "billing-key-4c211e9a-ec88-3dd3-0b44-96744593fead" as const, requestedAt: "2026-11-06T01:00:00.000Z" as const, updatedAt: "2026-11-06T01:00:00.000Z" as const, statusChangedAt: "2026-11-06T01:00:00.000Z" as const, orderName: "10월 클라우드 이용료" as const, amount: {total: 110000, taxFree: 0, vat: 10000, supply: 100000, discount: 0, paid: 0, cancelled: 0, cancelledTaxFree: 0}, currency: "KRW" as const, customer: {id: "customer-1" as const, name: "한빛소프트" as const}, origin: {platformType: "API" as const, ipAddress: "127.0.0.1" as const}, failedAt: "2026-11-06T01:00:00.000Z" as const, failure: {reason: "the gateway refused" as const, pgCode: "REJECT_CARD_PAYMENT" as const, pgMessage: "결제가 거절되었습니다." as const}}],
  page: {number: 1, size: 2, totalCount: 6},
};
listed satisfies Payment.GetPaymentsResponse;

const resent = {
  webhook: {id: "msg_523fa2b6-1f95-f438-34f8-28384d5c7a23" as const, url: "https://msp.invalid/webhooks/portone" as const, currentExecutionCount: 0, maxExecutionCount: 6, trigger: "MANUAL" as const, triggeredAt: "2026-11-06T01:00:00.000Z" as const},
};
resent satisfies Payment.ResendWebhookResponse;

const declined = {
  type: "PG_PROVIDER" as const,
  message: "the gateway refused" as const,
  pgCode: "REJECT_CARD_PAYMENT" as const,
  pgMessage: "결제가 거절되었습니다." as const,
};
declined satisfies Common.PgProviderError;

const alreadyCancelled = {
  type: "PAYMENT_ALREADY_CANCELLED" as const,
  message: "the payment does not allow it" as const,
};
alreadyCancelled satisfies Payment.PaymentAlreadyCancelledError;

const keyNotFound = {
  type: "BILLING_KEY_NOT_FOUND" as const,
  message: "no such billing key" as const,
};
keyNotFound satisfies Common.BillingKeyNotFoundError;

const paymentNotFound = {
  type: "PAYMENT_NOT_FOUND" as const,
  message: "no such payment" as const,
};
paymentNotFound satisfies Payment.PaymentNotFoundError;

const webhookBillingKeyIssued = {
  type: "BillingKey.Issued" as const,
  timestamp: "2026-11-06T01:00:00.000Z" as const,
  data: {storeId: "store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec" as const, billingKey: "billing-key-69b09bd5-a9a9-f54b-a52f-aedf227e98a5" as const},
};
webhookBillingKeyIssued satisfies Extract<Webhook.Webhook, { type: "BillingKey.Issued" }>;

const webhookBillingKeyDeleted = {
  type: "BillingKey.Deleted" as const,
  timestamp: "2026-11-06T01:00:00.000Z" as const,
  data: {storeId: "store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec" as const, billingKey: "billing-key-69b09bd5-a9a9-f54b-a52f-aedf227e98a5" as const},
};
webhookBillingKeyDeleted satisfies Extract<Webhook.Webhook, { type: "BillingKey.Deleted" }>;

const webhookTransactionPaid = {
  type: "Transaction.Paid" as const,
  timestamp: "2026-11-06T01:00:00.000Z" as const,
  data: {storeId: "store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec" as const, paymentId: "kakao-1" as const, transactionId: "bbc2e25f-b828-766a-68b9-811641be18e2" as const},
};
webhookTransactionPaid satisfies Extract<Webhook.Webhook, { type: "Transaction.Paid" }>;

const webhookTransactionCancelPending = {
  type: "Transaction.CancelPending" as const,
  timestamp: "2026-11-06T01:00:00.000Z" as const,
  data: {storeId: "store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec" as const, paymentId: "payment-1" as const, transactionId: "28d0e7e1-5b79-b126-56b2-d33501fc00ec" as const, cancellationId: "111e5fd3-2901-bf7c-44f1-880cdfb398da" as const},
};
webhookTransactionCancelPending satisfies Extract<Webhook.Webhook, { type: "Transaction.CancelPending" }>;

const webhookTransactionPartialCancelled = {
  type: "Transaction.PartialCancelled" as const,
  timestamp: "2026-11-06T01:00:00.000Z" as const,
  data: {storeId: "store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec" as const, paymentId: "payment-1" as const, transactionId: "28d0e7e1-5b79-b126-56b2-d33501fc00ec" as const, cancellationId: "111e5fd3-2901-bf7c-44f1-880cdfb398da" as const},
};
webhookTransactionPartialCancelled satisfies Extract<Webhook.Webhook, { type: "Transaction.PartialCancelled" }>;

const webhookTransactionCancelled = {
  type: "Transaction.Cancelled" as const,
  timestamp: "2026-11-06T01:00:00.000Z" as const,
  data: {storeId: "store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec" as const, paymentId: "payment-1" as const, transactionId: "28d0e7e1-5b79-b126-56b2-d33501fc00ec" as const, cancellationId: "025902b8-f970-9cf7-eb02-a44983224c94" as const},
};
webhookTransactionCancelled satisfies Extract<Webhook.Webhook, { type: "Transaction.Cancelled" }>;

const webhookTransactionFailed = {
  type: "Transaction.Failed" as const,
  timestamp: "2026-11-06T01:00:00.000Z" as const,
  data: {storeId: "store-4ff4af41-85e3-4559-8eb8-0d08a2c6ceec" as const, paymentId: "payment-2" as const, transactionId: "2b25a902-7293-5699-eb38-88d10c8bf8bf" as const},
};
webhookTransactionFailed satisfies Extract<Webhook.Webhook, { type: "Transaction.Failed" }>;

// The check itself is checked: without a required field it must not compile.
const { disputes: _, ...undisputed } = paid;
// @ts-expect-error
undisputed satisfies Payment.PaidPayment;
