import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test from 'node:test';
import { asked, listen, press } from './led-to-simulator.mjs';
import { effects, eventually, knobs, secrets, truth } from './simulator.mjs';
import adyen from '@adyen/api-library';

const { Client, CheckoutAPI, EnvironmentEnum, hmacValidator: HmacValidator } = adyen;
const client = new Client({ apiKey: secrets.adyenApiKey, environment: EnvironmentEnum.TEST });
const { PaymentsApi: payments, ModificationsApi: modifications, RecurringApi: recurring } = new CheckoutAPI(client);
const merchantAccount = secrets.adyenMerchantAccount;

const card = (number = '4111111111111111', more = {}) => ({
  type: 'scheme', encryptedCardNumber: `test_${number}`, encryptedExpiryMonth: 'test_03', encryptedExpiryYear: 'test_2030',
  encryptedSecurityCode: 'test_737', ...more,
});
const eur = (value) => ({ currency: 'EUR', value });
const order = (more = {}) => ({
  amount: eur(2500), merchantAccount, paymentMethod: card(), reference: `pay_${randomUUID()}`, returnUrl: 'https://shop.example/back?order=1',
  ...more,
});
const pay = (more, idempotencyKey = randomUUID()) => payments.payments(order(more), { idempotencyKey });
const part = (value, more = {}) => ({ amount: eur(value), merchantAccount, reference: `op_${randomUUID()}`, ...more });
const failing = async (promise) => promise.then(() => assert.fail('it should have failed'), (error) => error);
const booksOf = async (psp) => (await truth('payments', { gatewayPaymentId: psp })).payments[0];

test('a payment is authorised and says what was checked', async () => {
  const request = order();
  const paid = await payments.payments(request, { idempotencyKey: randomUUID() });
  assert.equal(paid.resultCode, 'Authorised');
  assert.match(paid.pspReference, /^[A-Z0-9]{16}$/);
  assert.equal(paid.merchantReference, request.reference);
  assert.deepEqual([paid.amount.value, paid.amount.currency, paid.paymentMethod.brand], [2500, 'EUR', 'visa']);
  assert.equal(paid.additionalData.cvcResult, '1 Matches');
  assert.ok(asked.has('checkout-test.adyen.com'));
  assert.equal((await booksOf(paid.pspReference)).status, 'AUTHORIZED');
});

test('captures in parts, and never more than is there', async () => {
  const { pspReference } = await pay();
  const first = await modifications.captureAuthorisedPayment(pspReference, part(1000, { reference: 'cap_1' }));
  assert.deepEqual([first.status, first.paymentPspReference, first.reference], ['received', pspReference, 'cap_1']);
  assert.notEqual(first.pspReference, pspReference);

  // Taken on all the same: the webhook tells that it was refused.
  assert.equal((await modifications.captureAuthorisedPayment(pspReference, part(1501))).status, 'received');
  assert.equal((await booksOf(pspReference)).captured, 1000);
  await modifications.captureAuthorisedPayment(pspReference, part(1500));
  const books = await booksOf(pspReference);
  assert.deepEqual([books.status, books.captured], ['SUCCEEDED', 2500]);
});

test('captureDelayHours 0 takes the money at once', async () => {
  const { pspReference } = await pay({ captureDelayHours: 0 });
  assert.deepEqual([(await booksOf(pspReference)).status, (await booksOf(pspReference)).captured], ['SUCCEEDED', 2500]);
});

test('what is held is released, and then cannot be captured', async () => {
  const { pspReference } = await pay();
  assert.equal((await modifications.cancelAuthorisedPaymentByPspReference(pspReference, { merchantAccount, reference: 'op_1' })).status, 'received');
  await modifications.captureAuthorisedPayment(pspReference, part(2500));
  assert.deepEqual([(await booksOf(pspReference)).status, (await booksOf(pspReference)).captured], ['CANCELED', 0]);

  const reference = `pay_${randomUUID()}`;
  const lost = await pay({ reference });
  await modifications.cancelAuthorisedPayment({ merchantAccount, paymentReference: reference, reference: 'op_2' });
  assert.equal((await booksOf(lost.pspReference)).status, 'CANCELED');
});

test('refunds in parts, and never more than was taken', async () => {
  const { pspReference } = await pay({ captureDelayHours: 0 });
  const refund = await modifications.refundCapturedPayment(pspReference, part(1000, { merchantRefundReason: 'DUPLICATE', reference: 're_1' }));
  assert.deepEqual([refund.status, refund.amount.value, refund.merchantRefundReason], ['received', 1000, 'DUPLICATE']);
  await modifications.refundCapturedPayment(pspReference, part(1501));
  assert.equal((await booksOf(pspReference)).refunded, 1000);
  await modifications.refundOrCancelPayment(pspReference, { merchantAccount, reference: 're_2' });
  assert.deepEqual([(await booksOf(pspReference)).status, (await booksOf(pspReference)).refunded], ['REFUNDED', 2500]);
});

test('a refusal is an answer, not an error', async () => {
  for (const [holderName, code, reason] of [
    ['DECLINED', '2', 'Refused'], ['NOT_ENOUGH_BALANCE', '12', 'Not enough balance'], ['CARD_EXPIRED', '6', 'Expired Card'],
    ['FRAUD', '20', 'FRAUD'],
  ]) {
    const refused = await pay({ paymentMethod: card(undefined, { holderName }) });
    assert.deepEqual([refused.resultCode, refused.refusalReasonCode, refused.refusalReason], ['Refused', code, reason]);
    assert.equal((await booksOf(refused.pspReference)).status, 'FAILED');
  }
  const asked = await pay({ additionalData: { RequestedTestAcquirerResponseCode: '24' } });
  assert.deepEqual([asked.resultCode, asked.refusalReason], ['Refused', 'CVC Declined']);
});

test('3-D Secure: the payer confirms, or refuses', async () => {
  for (const [decision, resultCode] of [['approve', 'Authorised'], ['decline', 'Refused']]) {
    const request = order({ paymentMethod: card('4917610000000000') });
    const sent = await payments.payments(request, { idempotencyKey: randomUUID() });
    assert.deepEqual([sent.resultCode, sent.action.type, sent.action.method, sent.pspReference], ['RedirectShopper', 'redirect', 'GET', undefined]);
    const back = await press(sent.action.url, decision);
    assert.equal(`${back.origin}${back.pathname}`, 'https://shop.example/back');
    assert.equal(back.searchParams.get('order'), '1');
    const details = { details: { redirectResult: back.searchParams.get('redirectResult') } };
    const done = await payments.paymentsDetails(details, { idempotencyKey: randomUUID() });
    assert.deepEqual([done.resultCode, done.merchantReference], [resultCode, request.reference]);
    const again = await payments.paymentsDetails(details, { idempotencyKey: randomUUID() });
    assert.equal(again.pspReference, done.pspReference);
  }
  const absent = await pay({ paymentMethod: card('4917610000000000'), shopperInteraction: 'ContAuth' });
  assert.equal(absent.resultCode, 'Authorised');
});

test('a session is paid on its page, and read by its result', async () => {
  for (const [decision, status] of [['approve', 'completed'], ['decline', 'refused'], ['cancel', 'canceled']]) {
    const { reference, amount, returnUrl } = order();
    const session = await payments.sessions({ reference, amount, returnUrl, merchantAccount, captureDelayHours: 0 });
    assert.ok(session.id.startsWith('CS') && session.sessionData.length > 0 && session.expiresAt > new Date());
    const back = await press(session.url, decision);
    assert.equal(back.searchParams.get('sessionId'), session.id);
    const result = await payments.getResultOfPaymentSession(session.id, back.searchParams.get('sessionResult'));
    assert.deepEqual([result.status, result.reference], [status, reference]);
    if (status === 'completed') assert.equal((await booksOf(result.payments[0].pspReference)).captured, 2500);
  }
});

test('methods are stored for one shopper, used, listed and removed', async () => {
  const shopperReference = `usr_${randomUUID()}`;
  const kept = await pay({ shopperReference, storePaymentMethod: true, recurringProcessingModel: 'CardOnFile', shopperInteraction: 'Ecommerce' });
  const first = kept.additionalData['tokenization.storedPaymentMethodId'];
  const second = await recurring.storedPaymentMethods({
    merchantAccount, shopperReference, recurringProcessingModel: 'CardOnFile', paymentMethod: card('5555444433331111'),
  });
  assert.deepEqual([second.brand, second.lastFour], ['mc', '1111']);
  const list = await recurring.getTokensForStoredPaymentDetails(shopperReference, merchantAccount);
  assert.deepEqual(list.storedPaymentMethods.map((one) => one.id).sort(), [first, second.id].sort());
  const offered = await payments.paymentMethods({ merchantAccount, shopperReference });
  assert.equal(offered.storedPaymentMethods.length, 2);

  const paymentMethod = { type: 'scheme', storedPaymentMethodId: first };
  const again = await pay({ paymentMethod, shopperReference, shopperInteraction: 'ContAuth', recurringProcessingModel: 'CardOnFile' });
  assert.equal(again.resultCode, 'Authorised');
  const stranger = await failing(pay({ paymentMethod, shopperReference: 'usr_stranger', shopperInteraction: 'ContAuth' }));
  assert.equal(stranger.errorCode, '803');
  await recurring.deleteTokenForStoredPaymentDetails(first, shopperReference, merchantAccount);
  assert.equal((await failing(pay({ paymentMethod, shopperReference, shopperInteraction: 'ContAuth' }))).statusCode, 422);
});

test('the same key is one effect, whatever happens to the answer', async () => {
  const [idempotencyKey, request] = [randomUUID(), order()];
  await knobs('adyen', { rateLimited: { next: 1 }, effectThenTimeout: { next: 1 } });
  assert.equal((await failing(payments.payments(request, { idempotencyKey }))).statusCode, 429);
  await failing(payments.payments(request, { idempotencyKey }));
  const paid = await payments.payments(request, { idempotencyKey });
  const again = await payments.payments(request, { idempotencyKey });
  assert.equal(again.pspReference, paid.pspReference);
  assert.equal((await effects({ key: idempotencyKey })).length, 1);

  await knobs('adyen', { latencyMs: 3000 });
  const twice = { idempotencyKey: randomUUID() };
  const both = await Promise.allSettled([payments.payments(request, { ...twice }), payments.payments(request, { ...twice })]);
  const [done, refused] = ['fulfilled', 'rejected'].map((status) => both.find((one) => one.status === status));
  assert.equal(done.value.resultCode, 'Authorised');
  const { statusCode, errorCode, responseHeaders } = refused.reason;
  assert.deepEqual([statusCode, errorCode, responseHeaders['transient-error']], [422, '704', 'true']);
  await knobs('adyen', {});
});

test('what Adyen refuses is refused in its words', async () => {
  const stranger = new CheckoutAPI(new Client({ apiKey: 'wrong', environment: EnvironmentEnum.TEST })).PaymentsApi;
  const wrongKey = await failing(stranger.payments(order()));
  assert.deepEqual([wrongKey.statusCode, wrongKey.errorCode], [401, '000']);
  for (const [more, status, code] of [
    [{ merchantAccount: 'Another' }, 403, '901'], [{ amount: { currency: 'EURO', value: 1 } }, 422, '138'],
    [{ amount: eur(-1) }, 422, '137'], [{ reference: undefined }, 422, '130'], [{ paymentMethod: card('4111111111111112') }, 422, '101'],
  ]) {
    const refused = await failing(pay(more));
    assert.deepEqual([refused.statusCode, refused.errorCode], [status, code]);
  }
  assert.equal((await failing(modifications.captureAuthorisedPayment('AAAAAAAAAAAAAAAA', part(1)))).errorCode, '167');
});

test('webhooks follow, signed as its client checks', async (context) => {
  const ingress = await listen(context);
  await knobs('adyen', { ingress: ingress.address, settleMs: 50 });
  const reference = 'pay_"quoted" & ümläut:1';
  const { pspReference } = await pay({ reference });
  const capture = await modifications.captureAuthorisedPayment(pspReference, part(2000, { reference: 'cap_7' }));
  const tooMuch = await modifications.captureAuthorisedPayment(pspReference, part(2000, { reference: 'cap_8' }));
  const seen = await eventually(() => ingress.seen, (all) => all.length === 3);

  const items = seen.flatMap(({ body }) => JSON.parse(body).notificationItems.map((item) => item.NotificationRequestItem));
  const validator = new HmacValidator();
  for (const item of items) assert.ok(validator.validateHMAC(item, secrets.adyenHmacKey), JSON.stringify(item));
  const told = (psp) => items.find((item) => item.pspReference === psp);
  const brief = ({ eventCode, success, merchantReference, originalReference, amount }) =>
    [eventCode, success, merchantReference, originalReference, amount.value];
  assert.deepEqual(brief(told(pspReference)), ['AUTHORISATION', 'true', reference, undefined, 2500]);
  assert.deepEqual(brief(told(capture.pspReference)), ['CAPTURE', 'true', 'cap_7', pspReference, 2000]);
  assert.deepEqual(brief(told(tooMuch.pspReference)), ['CAPTURE', 'false', 'cap_8', pspReference, 2000]);
  assert.ok(!validator.validateHMAC({ ...items[0], success: 'false' }, secrets.adyenHmacKey));
});
