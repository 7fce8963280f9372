import assert from 'node:assert/strict';
import { createPublicKey, randomUUID, verify, X509Certificate } from 'node:crypto';
import test from 'node:test';
import { crc32 } from 'node:zlib';
import { asked, listen, press } from './led-to-simulator.mjs';
import { address, effects, eventually, knobs, secrets, truth } from './simulator.mjs';
import {
  ApiError, Client, Environment, OrdersController, PaymentsController, TransactionSearchController, VaultController,
} from '@paypal/paypal-server-sdk';

const connect = (oAuthClientSecret = secrets.payPalClientSecret) => new Client({
  clientCredentialsAuthCredentials: { oAuthClientId: secrets.payPalClientId, oAuthClientSecret }, environment: Environment.Sandbox,
});
const client = connect();
const [orders, payments, vault] = [new OrdersController(client), new PaymentsController(client), new VaultController(client)];
const reports = new TransactionSearchController(client);
const prefer = 'return=representation';

const usd = (value) => ({ currencyCode: 'USD', value });
const unit = (more = {}) => ({ amount: usd('25.99'), customId: `pay_${randomUUID()}`, ...more });
const experienceContext = { returnUrl: 'https://shop.example/back?order=1', cancelUrl: 'https://shop.example/gone' };
const card = (more = {}) => ({ card: { number: '4032039668387500', expiry: '2030-03', securityCode: '123', name: 'Sam Sample', ...more } });
const make = async (body, paypalRequestId = randomUUID()) =>
  (await orders.createOrder({ body: { intent: 'CAPTURE', purchaseUnits: [unit()], ...body }, paypalRequestId, prefer })).result;
const approve = async (order, decision = 'approve') =>
  press(order.links.find((link) => ['approve', 'payer-action'].includes(link.rel)).href, decision);
const held = async (more) => {
  const order = await make({ intent: 'AUTHORIZE', paymentSource: card(more) });
  return { order, authorizationId: order.purchaseUnits[0].payments.authorizations[0].id };
};
const failing = async (promise) => promise.then(() => assert.fail('it should have failed'), (error) => error);
const issueOf = (error) => {
  assert.ok(error instanceof ApiError, String(error));
  return [error.statusCode, JSON.parse(error.body).details[0].issue];
};
const booksOf = async (id) => (await truth('payments', { gatewayPaymentId: id })).payments[0];

test('the payer approves an order, which is captured then', async () => {
  const order = await make({ paymentSource: { paypal: { experienceContext } } });
  assert.equal(order.status, 'PAYER_ACTION_REQUIRED');
  assert.ok(asked.has('api-m.sandbox.paypal.com'));
  assert.deepEqual(issueOf(await failing(orders.captureOrder({ id: order.id }))), [422, 'PAYER_ACTION_REQUIRED']);

  const back = await approve(order);
  assert.equal(`${back.origin}${back.pathname}`, 'https://shop.example/back');
  assert.deepEqual([back.searchParams.get('order'), back.searchParams.get('token')], ['1', order.id]);
  assert.equal((await orders.getOrder({ id: order.id })).result.status, 'APPROVED');
  const captured = await orders.captureOrder({ id: order.id, paypalRequestId: randomUUID(), prefer });
  assert.deepEqual([captured.statusCode, captured.result.status], [201, 'COMPLETED']);
  const [capture] = captured.result.purchaseUnits[0].payments.captures;
  assert.deepEqual([capture.status, capture.amount.value, capture.finalCapture], ['COMPLETED', '25.99', true]);
  assert.equal(capture.customId, order.purchaseUnits[0].customId);
  assert.deepEqual(issueOf(await failing(orders.captureOrder({ id: order.id }))), [422, 'ORDER_ALREADY_CAPTURED']);
  assert.deepEqual([(await booksOf(order.id)).status, (await booksOf(order.id)).captured], ['SUCCEEDED', 2599]);
});

test('the payer goes away, or has nothing to pay with', async () => {
  const left = await make({ paymentSource: { paypal: { experienceContext } } });
  assert.equal((await approve(left, 'cancel')).pathname, '/gone');
  assert.deepEqual(issueOf(await failing(orders.captureOrder({ id: left.id }))), [422, 'PAYER_ACTION_REQUIRED']);

  const poor = await make({ paymentSource: { paypal: { experienceContext } } });
  await approve(poor, 'decline');
  assert.deepEqual(issueOf(await failing(orders.captureOrder({ id: poor.id }))), [422, 'INSTRUMENT_DECLINED']);
  assert.equal((await booksOf(poor.id)).captured, 0);
});

test('an order without a source is given one, changed, and captured', async () => {
  const order = await make({});
  assert.equal(order.status, 'CREATED');
  assert.deepEqual(issueOf(await failing(orders.captureOrder({ id: order.id }))), [422, 'ORDER_NOT_APPROVED']);
  await orders.patchOrder({
    id: order.id, body: [{ op: 'replace', path: "/purchase_units/@reference_id=='default'/invoice_id", value: 'inv-patched' }],
  });
  const confirmed = await orders.confirmOrder({ id: order.id, body: { paymentSource: card() }, prefer });
  assert.equal(confirmed.result.status, 'APPROVED');
  const captured = (await orders.captureOrder({ id: order.id, prefer })).result;
  assert.equal(captured.purchaseUnits[0].payments.captures[0].invoiceId, 'inv-patched');
  assert.equal((await failing(orders.getOrder({ id: 'NONE' }))).statusCode, 404);
});

test('what is held is captured in parts, and never more than is there', async () => {
  const { order, authorizationId } = await held();
  const capture = (value, more = {}) => payments.captureAuthorizedPayment({
    authorizationId, paypalRequestId: randomUUID(), prefer, body: { amount: usd(value), invoiceId: `cap_${randomUUID()}`, ...more },
  });
  assert.equal((await payments.getAuthorizedPayment({ authorizationId })).result.status, 'CREATED');
  const first = (await capture('10.00')).result;
  assert.deepEqual([first.status, first.amount.value, first.finalCapture], ['COMPLETED', '10.00', false]);
  assert.equal((await payments.getAuthorizedPayment({ authorizationId })).result.status, 'PARTIALLY_CAPTURED');
  assert.deepEqual(issueOf(await failing(capture('16.00'))), [422, 'MAX_CAPTURE_AMOUNT_EXCEEDED']);
  assert.deepEqual(issueOf(await failing(payments.voidPayment({ authorizationId }))), [422, 'PREVIOUSLY_CAPTURED']);
  await capture('10.00', { finalCapture: true });
  assert.deepEqual(issueOf(await failing(capture('1.00'))), [422, 'AUTHORIZATION_ALREADY_CAPTURED']);
  assert.equal((await payments.getCapturedPayment({ captureId: first.id })).result.id, first.id);
  assert.deepEqual([(await booksOf(order.id)).status, (await booksOf(order.id)).captured], ['PARTIALLY_CAPTURED', 2000]);
});

test('what is held is released', async () => {
  const { order, authorizationId } = await held();
  assert.equal((await payments.voidPayment({ authorizationId })).statusCode, 204);
  assert.deepEqual(issueOf(await failing(payments.voidPayment({ authorizationId }))), [422, 'PREVIOUSLY_VOIDED']);
  assert.deepEqual(issueOf(await failing(payments.captureAuthorizedPayment({ authorizationId }))), [422, 'AUTHORIZATION_VOIDED']);
  assert.deepEqual(issueOf(await failing(payments.reauthorizePayment({ authorizationId }))), [422, 'AUTHORIZATION_VOIDED']);
  assert.equal((await booksOf(order.id)).status, 'CANCELED');

  const other = await held();
  const shown = await payments.voidPayment({ authorizationId: other.authorizationId, prefer });
  assert.deepEqual([shown.statusCode, shown.result.status], [200, 'VOIDED']);
});

test('refunds in parts, and never more than was taken', async () => {
  const order = await make({ paymentSource: card() });
  const captureId = order.purchaseUnits[0].payments.captures[0].id;
  const invoiceId = `re_${randomUUID()}`;
  const refund = (body, paypalRequestId = randomUUID()) => payments.refundCapturedPayment({ captureId, paypalRequestId, prefer, body });
  const part = (await refund({ amount: usd('10.00'), invoiceId })).result;
  assert.deepEqual([part.status, part.amount.value, part.invoiceId], ['COMPLETED', '10.00', invoiceId]);
  assert.equal(part.sellerPayableBreakdown.totalRefundedAmount.value, '10.00');
  assert.deepEqual(issueOf(await failing(refund({ amount: usd('1.00'), invoiceId }))), [422, 'DUPLICATE_INVOICE_ID']);
  assert.deepEqual(issueOf(await failing(refund({ amount: usd('16.00') }))), [422, 'REFUND_AMOUNT_EXCEEDED']);
  assert.equal((await payments.getCapturedPayment({ captureId })).result.status, 'PARTIALLY_REFUNDED');
  assert.equal((await refund({})).result.amount.value, '15.99');
  assert.deepEqual(issueOf(await failing(refund({}))), [422, 'CAPTURE_FULLY_REFUNDED']);
  assert.equal((await payments.getRefund({ refundId: part.id })).result.id, part.id);
  assert.deepEqual([(await booksOf(order.id)).status, (await booksOf(order.id)).refunded], ['REFUNDED', 2599]);

  for (const [name, last] of [['REFUND-PENDING', 'COMPLETED'], ['REFUND-FAILS', 'FAILED']]) {
    const slow = await make({ paymentSource: card({ name }) });
    const begun = (await payments.refundCapturedPayment({ captureId: slow.purchaseUnits[0].payments.captures[0].id, prefer })).result;
    assert.equal(begun.status, 'PENDING');
    await eventually(async () => (await payments.getRefund({ refundId: begun.id })).result.status, (status) => status === last);
  }
});

test('a card that is declined says why', async () => {
  for (const [name, code] of [['CCREJECT-REFUSED', '0500'], ['CCREJECT-IF', '5120'], ['CCREJECT-EC', '5400']]) {
    const order = await make({ paymentSource: card({ name }) });
    const [capture] = order.purchaseUnits[0].payments.captures;
    assert.deepEqual([capture.status, capture.processorResponse.responseCode], ['DECLINED', code]);
    assert.equal((await booksOf(order.id)).captured, 0);
  }
  const { order } = await held({ name: 'CCREJECT-SF' });
  assert.equal(order.purchaseUnits[0].payments.authorizations[0].status, 'DENIED');
  const mocked = await failing(orders.createOrder({
    body: { intent: 'CAPTURE', purchaseUnits: [unit()] }, paypalMockResponse: '{"mock_application_codes":"INSTRUMENT_DECLINED"}',
  }));
  assert.deepEqual(issueOf(mocked), [422, 'INSTRUMENT_DECLINED']);
});

test('a card with 3-D Secure waits for its payer', async () => {
  const attributes = { verification: { method: 'SCA_ALWAYS' } };
  const order = await make({ paymentSource: card({ attributes, experienceContext }) });
  assert.equal(order.status, 'PAYER_ACTION_REQUIRED');
  await approve(order);
  assert.equal((await orders.captureOrder({ id: order.id, prefer })).result.status, 'COMPLETED');
});

test('ways to pay are kept, used, listed and removed', async () => {
  const setup = (await vault.createSetupToken({
    paypalRequestId: randomUUID(), body: { paymentSource: { paypal: { usageType: 'MERCHANT', experienceContext } } },
  })).result;
  assert.equal(setup.status, 'PAYER_ACTION_REQUIRED');
  const keep = () => vault.createPaymentToken({
    paypalRequestId: randomUUID(), body: { paymentSource: { token: { id: setup.id, type: 'SETUP_TOKEN' } } },
  });
  assert.equal((await failing(keep())).statusCode, 422);
  await press(setup.links.find((link) => link.rel === 'approve').href, 'approve');
  assert.equal((await vault.getSetupToken(setup.id)).result.status, 'APPROVED');
  const kept = (await keep()).result;
  assert.equal(kept.customer.id, setup.customer.id);
  assert.equal((await failing(keep())).statusCode, 422);

  const second = (await vault.createPaymentToken({
    paypalRequestId: randomUUID(), body: { customer: { id: kept.customer.id }, paymentSource: card() },
  })).result;
  assert.deepEqual([second.paymentSource.card.lastDigits, second.paymentSource.card.brand], ['7500', 'VISA']);
  const list = (await vault.listCustomerPaymentTokens({ customerId: kept.customer.id, totalRequired: true })).result;
  assert.deepEqual(list.paymentTokens.map((one) => one.id).sort(), [kept.id, second.id].sort());
  assert.equal(list.totalItems, 2);

  for (const paymentSource of [{ paypal: { vaultId: kept.id } }, { card: { vaultId: second.id } }])
    assert.equal((await make({ paymentSource })).status, 'COMPLETED');
  await vault.deletePaymentToken(kept.id);
  assert.equal((await failing(vault.getPaymentToken(kept.id))).statusCode, 404);
  assert.deepEqual(issueOf(await failing(make({ paymentSource: { paypal: { vaultId: kept.id } } }))), [422, 'TOKEN_ID_NOT_FOUND']);

  const attributes = { vault: { storeInVault: 'ON_SUCCESS' } };
  const order = await make({ paymentSource: card({ attributes }) });
  const left = order.paymentSource.card.attributes.vault;
  assert.equal((await vault.getPaymentToken(left.id)).result.customer.id, left.customer.id);
});

test('the same request id is one effect, and shows the state of now', async () => {
  const { order, authorizationId } = await held();
  const request = { authorizationId, paypalRequestId: randomUUID(), prefer, body: { amount: usd('20.00') } };
  await knobs('paypal', { serverError: { next: 1 }, effectThenTimeout: { next: 1 } });
  assert.equal((await failing(payments.captureAuthorizedPayment(request))).statusCode, 500);
  await failing(payments.captureAuthorizedPayment(request));
  const capture = await payments.captureAuthorizedPayment(request);
  assert.equal((await effects({ key: request.paypalRequestId })).length, 1);
  assert.equal((await booksOf(order.id)).captured, 2000);

  await payments.refundCapturedPayment({ captureId: capture.result.id, paypalRequestId: randomUUID() });
  const later = await payments.captureAuthorizedPayment(request);
  assert.deepEqual([later.statusCode, later.result.id, later.result.status], [200, capture.result.id, 'REFUNDED']);
  const other = await failing(payments.captureAuthorizedPayment({ ...request, body: { amount: usd('1.00') } }));
  assert.deepEqual(issueOf(other), [422, 'PAYPAL_REQUEST_ID_PREVIOUSLY_USED']);
});

test('the short answer is what Prefer asks for', async () => {
  const body = { intent: 'CAPTURE', purchaseUnits: [unit()] };
  const brief = (await orders.createOrder({ body })).result;
  assert.deepEqual([brief.status, brief.purchaseUnits], ['CREATED', undefined]);
  const whole = (await orders.createOrder({ body, prefer })).result;
  assert.equal(whole.purchaseUnits[0].amount.value, '25.99');
});

test('what PayPal refuses is refused in its words', async () => {
  const refused = async (purchaseUnit) => issueOf(await failing(make({ purchaseUnits: [purchaseUnit] })));
  assert.deepEqual(await refused(unit({ amount: { currencyCode: 'JPY', value: '10.50' } })), [422, 'DECIMAL_PRECISION']);
  assert.deepEqual(await refused(unit({ amount: { currencyCode: 'XXX', value: '10' } })), [422, 'INVALID_CURRENCY_CODE']);
  assert.deepEqual(await refused(unit({ amount: usd('0.00') })), [422, 'CANNOT_BE_ZERO_OR_NEGATIVE']);
  assert.deepEqual(await refused(unit({ amount: usd('ten') })), [400, 'INVALID_PARAMETER_SYNTAX']);
  const breakdown = { itemTotal: usd('20.00'), taxTotal: usd('5.00') };
  assert.deepEqual(await refused(unit({ amount: { ...usd('25.99'), breakdown } })), [422, 'AMOUNT_MISMATCH']);
  const withoutId = await failing(orders.createOrder({ body: { intent: 'CAPTURE', purchaseUnits: [unit()], paymentSource: card() } }));
  assert.deepEqual(issueOf(withoutId), [400, 'PAYPAL_REQUEST_ID_REQUIRED']);
  assert.ok(JSON.parse(withoutId.body).debug_id);
  const first = await make({ purchaseUnits: [unit({ invoiceId: 'inv-1' })], paymentSource: card() });
  assert.equal(first.status, 'COMPLETED');
  assert.deepEqual(
    issueOf(await failing(make({ purchaseUnits: [unit({ invoiceId: 'inv-1' })], paymentSource: card() }))), [422, 'DUPLICATE_INVOICE_ID']);
  assert.ok(await failing(new OrdersController(connect('wrong')).getOrder({ id: first.id })));
});

test('an access token ends, and is fetched anew', async () => {
  await knobs('paypal', { tokenSeconds: 1 });
  const impatient = new OrdersController(connect());
  const { id } = (await impatient.createOrder({ body: { intent: 'CAPTURE', purchaseUnits: [unit()] } })).result;
  const { access_token: token } = await (await fetch(new URL('/v1/oauth2/token', address), {
    method: 'POST', body: 'grant_type=client_credentials',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`${secrets.payPalClientId}:${secrets.payPalClientSecret}`).toString('base64')}`,
    },
  })).json();
  const status = async () => (await fetch(new URL(`/v2/checkout/orders/${id}`, address), { headers: { authorization: `Bearer ${token}` } })).status;
  assert.equal(await eventually(status, (now) => now === 401), 401);
  await knobs('paypal', {});

  // The client counts in whole seconds, so that it may think of the old one as good for a moment yet.
  await eventually(() => impatient.getOrder({ id }).then(({ result }) => result.id, (error) => error.statusCode), (seen) => seen === id);
});

test('disputes and transactions are reported', async () => {
  const order = await make({ paymentSource: card({ name: 'DISPUTED' }) });
  const captureId = order.purchaseUnits[0].payments.captures[0].id;
  const now = Date.now();
  const found = (await reports.searchTransactions({
    startDate: new Date(now - 3_600_000).toISOString(), endDate: new Date(now + 3_600_000).toISOString(), transactionId: captureId,
  })).result;
  const { transactionInfo } = found.transactionDetails[0];
  assert.deepEqual([transactionInfo.transactionEventCode, transactionInfo.transactionAmount.value], ['T0006', '25.99']);
  assert.equal(transactionInfo.customField, order.purchaseUnits[0].customId);
});

test('webhooks follow, signed as PayPal signs', async (context) => {
  const ingress = await listen(context);
  await knobs('paypal', { ingress: ingress.address });
  const order = await make({ paymentSource: card() });
  const captureId = order.purchaseUnits[0].payments.captures[0].id;
  await payments.refundCapturedPayment({ captureId, body: { invoiceId: `re_${randomUUID()}` } });
  const ours = () => ingress.seen.filter(({ body }) => body.includes(order.purchaseUnits[0].customId));
  const seen = await eventually(ours, (all) => all.length === 2);

  const events = seen.map(({ body }) => JSON.parse(body));
  assert.deepEqual(events.map((event) => event.event_type).sort(), ['PAYMENT.CAPTURE.COMPLETED', 'PAYMENT.CAPTURE.REFUNDED']);
  for (const { headers, body } of seen) {
    const pem = await (await fetch(headers['paypal-cert-url'])).text();
    const text = [headers['paypal-transmission-id'], headers['paypal-transmission-time'], secrets.payPalWebhookId, crc32(body)].join('|');
    const key = createPublicKey(new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'pem' }));
    assert.ok(verify('sha256', Buffer.from(text), key, Buffer.from(headers['paypal-transmission-sig'], 'base64')));
  }
});
