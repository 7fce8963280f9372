import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test from 'node:test';
import Stripe from 'stripe';
import { address, decide, effects, eventually, knobs, secrets, truth } from './simulator.mjs';

const options = { host: address.hostname, port: address.port, protocol: address.protocol.replace(':', ''), telemetry: false };
const stripe = new Stripe(secrets.stripeApiKey, { ...options, maxNetworkRetries: 0 });
const patient = new Stripe(secrets.stripeApiKey, { ...options, maxNetworkRetries: 4 });

const order = (more = {}) => ({
  amount: 2500, currency: 'eur', automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  metadata: { order_id: 'ord-sdk', payment_id: `pay_${randomUUID().replaceAll('-', '')}` }, ...more,
});
const paid = (more = {}) => stripe.paymentIntents.create(order({ payment_method: 'pm_card_visa', confirm: true, ...more }));
const failing = async (promise) => promise.then(() => assert.fail('it should have failed'), (error) => error);

test('a payment is made, read back, listed and searched', async () => {
  const intent = await paid();
  assert.equal(intent.status, 'succeeded');
  assert.equal(intent.amount_received, 2500);
  const again = await stripe.paymentIntents.retrieve(intent.id, { expand: ['latest_charge', 'payment_method'] });
  assert.equal(again.latest_charge.captured, true);
  assert.equal(again.latest_charge.metadata.payment_id, intent.metadata.payment_id);
  assert.equal(again.payment_method.card.last4, '4242');
  assert.ok((await stripe.paymentIntents.list({ limit: 5 })).data.some((one) => one.id === intent.id));
  const found = await stripe.paymentIntents.search({ query: `metadata['payment_id']:'${intent.metadata.payment_id}'` });
  assert.deepEqual(found.data.map((one) => one.id), [intent.id]);
});

test('a payment is confirmed in a second step', async () => {
  const intent = await stripe.paymentIntents.create(order());
  assert.equal(intent.status, 'requires_payment_method');
  assert.match(intent.client_secret, /^pi_.+_secret_.+$/);
  assert.equal((await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_mastercard' })).status, 'succeeded');
});

test('what is held is captured in parts, and never more than is there', async () => {
  const single = await paid({ capture_method: 'manual' });
  assert.equal((await failing(stripe.paymentIntents.capture(single.id, { amount_to_capture: 1, final_capture: false }))).param, 'final_capture');
  const intent = await paid({ capture_method: 'manual', payment_method_options: { card: { request_multicapture: 'if_available' } } });
  assert.equal(intent.status, 'requires_capture');
  assert.equal(intent.amount_capturable, 2500);
  const part = await stripe.paymentIntents.capture(intent.id, { amount_to_capture: 1000, final_capture: false });
  assert.deepEqual([part.status, part.amount_received, part.amount_capturable], ['requires_capture', 1000, 1500]);
  const tooMuch = await failing(stripe.paymentIntents.capture(intent.id, { amount_to_capture: 1501 }));
  assert.ok(tooMuch instanceof Stripe.errors.StripeInvalidRequestError);
  assert.equal(tooMuch.code, 'amount_too_large');
  const rest = await stripe.paymentIntents.capture(intent.id);
  assert.deepEqual([rest.status, rest.amount_received], ['succeeded', 2500]);
  assert.equal((await failing(stripe.paymentIntents.capture(intent.id))).code, 'payment_intent_unexpected_state');
  const [payment] = (await truth('payments', { gatewayPaymentId: intent.id })).payments;
  assert.deepEqual([payment.status, payment.captured], ['SUCCEEDED', 2500]);
});

test('what is held is released', async () => {
  const intent = await paid({ capture_method: 'manual' });
  const canceled = await stripe.paymentIntents.cancel(intent.id, { cancellation_reason: 'requested_by_customer' });
  assert.deepEqual([canceled.status, canceled.amount_capturable], ['canceled', 0]);
  assert.equal((await failing(stripe.paymentIntents.capture(intent.id))).code, 'payment_intent_unexpected_state');
});

test('a decline is a card error that carries the payment', async () => {
  for (const [token, code, declineCode] of [
    ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
  ]) {
    const error = await failing(paid({ payment_method: token }));
    assert.ok(error instanceof Stripe.errors.StripeCardError);
    assert.deepEqual([error.statusCode, error.code, error.decline_code], [402, code, declineCode]);
    assert.equal(error.payment_intent.status, 'requires_payment_method');
    const second = await stripe.paymentIntents.confirm(error.payment_intent.id, { payment_method: 'pm_card_visa' });
    assert.equal(second.status, 'succeeded');
  }
});

test('3-D Secure: the payer completes the challenge, or fails it', async () => {
  for (const [decision, status] of [['approve', 'succeeded'], ['decline', 'requires_payment_method']]) {
    const intent = await paid({
      payment_method: 'pm_card_authenticationRequired', return_url: 'https://shop.example/back',
      automatic_payment_methods: { enabled: true },
    });
    assert.equal(intent.status, 'requires_action');
    assert.equal(intent.next_action.type, 'redirect_to_url');
    const page = intent.next_action.redirect_to_url.url;
    assert.match(await (await fetch(page)).text(), new RegExp(`<form method="post">[^]+name="decision" value="${decision}"`));
    const back = await decide(page, decision);
    assert.match(back.headers.get('location'), new RegExp(`^https://shop.example/back\\?payment_intent=${intent.id}&`));
    assert.equal((await stripe.paymentIntents.retrieve(intent.id)).status, status);
  }
  const alone = await failing(paid({ payment_method: 'pm_card_authenticationRequired', off_session: true }));
  assert.equal(alone.code, 'authentication_required');
});

test('refunds, in parts, that wait, that fail later, and never more than was taken', async () => {
  const intent = await paid();
  const part = await stripe.refunds.create({ payment_intent: intent.id, amount: 1000, metadata: { operation_id: 're_1' } });
  assert.deepEqual([part.status, part.amount, part.metadata.operation_id], ['succeeded', 1000, 're_1']);
  assert.ok(await failing(stripe.refunds.create({ payment_intent: intent.id, amount: 1501 })) instanceof Stripe.errors.StripeInvalidRequestError);
  await stripe.refunds.create({ payment_intent: intent.id });
  assert.equal((await failing(stripe.refunds.create({ payment_intent: intent.id }))).code, 'charge_already_refunded');
  assert.equal((await stripe.refunds.list({ payment_intent: intent.id })).data.length, 2);

  for (const [token, first, last] of [['pm_card_pendingRefund', 'pending', 'succeeded'], ['pm_card_refundFail', 'succeeded', 'failed']]) {
    const refund = await stripe.refunds.create({ payment_intent: (await paid({ payment_method: token })).id });
    assert.equal(refund.status, first);
    await eventually(() => stripe.refunds.retrieve(refund.id), (now) => now.status === last);
  }
  await knobs('stripe', { settleMs: 60000 });
  const waiting = await stripe.refunds.create({ payment_intent: (await paid({ payment_method: 'pm_simulator_refundRequiresAction' })).id });
  assert.equal((await stripe.refunds.cancel(waiting.id)).status, 'canceled');
  await knobs('stripe', {});
});

test('customers and their methods', async () => {
  const customer = await stripe.customers.create({ email: 'sdk@example.com', name: 'Śam', metadata: { user_id: 'usr-sdk' } });
  assert.equal((await stripe.customers.retrieve(customer.id)).name, 'Śam');
  const method = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
  assert.equal(method.customer, customer.id);
  assert.deepEqual((await stripe.customers.listPaymentMethods(customer.id)).data.map((one) => one.id), [method.id]);
  const intent = await paid({ payment_method: method.id, customer: customer.id, off_session: true });
  assert.equal(intent.status, 'succeeded');
  const stranger = await stripe.customers.create({});
  assert.equal((await failing(paid({ payment_method: method.id, customer: stranger.id }))).statusCode, 400);
  assert.equal((await stripe.paymentMethods.detach(method.id)).customer, null);
  assert.equal((await failing(paid({ payment_method: method.id, customer: customer.id }))).statusCode, 400);
  assert.equal((await stripe.customers.del(customer.id)).deleted, true);
  assert.equal((await stripe.customers.retrieve(customer.id)).deleted, true);
});

test('a method is set up for later', async () => {
  const customer = await stripe.customers.create({});
  const setup = await stripe.setupIntents.create({ customer: customer.id, usage: 'off_session' });
  assert.equal(setup.status, 'requires_payment_method');
  const done = await stripe.setupIntents.confirm(setup.id, { payment_method: 'pm_card_visa', return_url: 'https://shop.example/back' });
  assert.equal(done.status, 'succeeded');

  const careful = await stripe.setupIntents.create({
    customer: customer.id, payment_method: 'pm_card_authenticationRequiredOnSetup', confirm: true, return_url: 'https://shop.example/back',
  });
  assert.equal(careful.status, 'requires_action');
  await decide(careful.next_action.redirect_to_url.url, 'approve');
  const kept = await stripe.setupIntents.retrieve(careful.id);
  assert.equal(kept.status, 'succeeded');
  assert.equal((await paid({ payment_method: kept.payment_method, customer: customer.id, off_session: true })).status, 'succeeded');
  assert.equal((await stripe.paymentMethods.list({ customer: customer.id, type: 'card' })).data.length, 2);
});

test('a dispute is opened, read, listed, and won by evidence', async () => {
  const intent = await paid({ payment_method: 'pm_card_createDispute' });
  const { data: [dispute] } = await eventually(() => stripe.disputes.list({ payment_intent: intent.id }), (list) => list.data.length === 1);
  assert.deepEqual([dispute.status, dispute.amount, dispute.reason], ['needs_response', 2500, 'fraudulent']);
  await stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: 'winning_evidence' }, submit: true });
  await eventually(() => stripe.disputes.retrieve(dispute.id), (now) => now.status === 'won');
});

test('events are listed as they are sent', async () => {
  const intent = await paid();
  const { data } = await stripe.events.list({ limit: 10, type: 'payment_intent.succeeded' });
  assert.ok(data.some((event) => event.data.object.id === intent.id && event.data.object.amount_received === 2500));
});

test('the same key is one effect, whatever happens to the answer', async () => {
  const idempotencyKey = randomUUID();
  const body = order({ payment_method: 'pm_card_visa', confirm: true });
  await knobs('stripe', { rateLimited: { next: 1 } });
  assert.ok(await failing(patient.paymentIntents.create(body, { idempotencyKey })) instanceof Stripe.errors.StripeRateLimitError);
  await knobs('stripe', { serverError: { next: 1 }, effectThenTimeout: { next: 1 } });
  const intent = await patient.paymentIntents.create(body, { idempotencyKey });
  const again = await stripe.paymentIntents.create(body, { idempotencyKey });
  assert.equal(again.id, intent.id);
  assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
  assert.equal((await effects({ key: idempotencyKey })).length, 1);
  const other = await failing(stripe.paymentIntents.create({ ...body, amount: 2501 }, { idempotencyKey }));
  assert.ok(other instanceof Stripe.errors.StripeIdempotencyError);
});

test('wrong keys, unknown parameters and unknown ids are told as by Stripe', async () => {
  const stranger = new Stripe('sk_test_wrong', { ...options, maxNetworkRetries: 0 });
  assert.ok(await failing(stranger.paymentIntents.create(order())) instanceof Stripe.errors.StripeAuthenticationError);
  const unknown = await failing(stripe.paymentIntents.create(order({ colour: 'blue' })));
  assert.deepEqual([unknown.statusCode, unknown.code, unknown.param], [400, 'parameter_unknown', 'colour']);
  assert.equal((await failing(stripe.paymentIntents.retrieve('pi_none'))).code, 'resource_missing');
  assert.equal((await failing(stripe.paymentIntents.create(order({ amount: 'ten' })))).code, 'parameter_invalid_integer');
});
