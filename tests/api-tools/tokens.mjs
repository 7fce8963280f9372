// Makes tokens with the library that many issuers use: keys as JWK, a good token of each algorithm, and tokens that are wrong in
// one way each. Arguments: issuer, audience. Prints one JSON document.
import { EncryptJWT, SignJWT, UnsecuredJWT, base64url, exportJWK, exportSPKI, generateKeyPair } from 'jose'

const [issuer, audience] = process.argv.slice(2)
const now = Math.floor(Date.now() / 1000)

const token = (claims = {}) => new SignJWT({ scope: 'payments:read', tenant: 'jose', ...claims })
  .setIssuer(issuer).setAudience(audience).setSubject('jose').setIssuedAt(now).setExpirationTime(now + 600)

const keys = []
const good = {}
const bad = {}
for (const alg of ['RS256', 'PS256', 'ES256', 'ES384', 'ES512']) {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  keys.push({ ...(await exportJWK(publicKey)), kid: `key-${alg}`, alg, use: 'sig' })
  const header = { alg, kid: `key-${alg}`, typ: 'at+jwt' }
  const sign = (builder, changes = {}) => builder.setProtectedHeader({ ...header, ...changes }).sign(privateKey)

  good[alg] = await sign(token())
  const [head, body, signature] = good[alg].split('.')
  bad[`${alg} other claims`] = [head, base64url.encode(JSON.stringify({ iss: issuer, aud: audience, sub: 'x', exp: now + 600 })), signature].join('.')
  bad[`${alg} other header`] = [base64url.encode(JSON.stringify({ ...header, typ: 'JWT' })), body, signature].join('.')
  bad[`${alg} no signature`] = `${head}.${body}.`
  bad[`${alg} half a signature`] = `${head}.${body}.${signature.slice(0, signature.length / 2)}`
  bad[`${alg} padding`] = `${good[alg]}=`
  bad[`${alg} white space`] = `${head}.${body}. ${signature}`
  bad[`${alg} expired`] = await sign(token().setIssuedAt(now - 700).setExpirationTime(now - 61))
  bad[`${alg} not yet`] = await sign(token().setNotBefore(now + 120))
  bad[`${alg} too long a life`] = await sign(token().setExpirationTime(now + 7200))
  bad[`${alg} other issuer`] = await sign(token().setIssuer('https://evil.example'))
  bad[`${alg} other audience`] = await sign(token().setAudience('other'))
  bad[`${alg} crit`] = await sign(token(), { crit: ['b64'], b64: true })
  bad[`${alg} jku`] = await sign(token(), { jku: 'https://evil.example/jwks.json' })
  bad[`${alg} jwk`] = await sign(token(), { jwk: await exportJWK(publicKey) })
  bad[`${alg} unknown kid`] = await sign(token(), { kid: 'other' })
  const stranger = await generateKeyPair(alg)
  bad[`${alg} stranger's key`] = await token().setProtectedHeader(header).sign(stranger.privateKey)
  const spki = new TextEncoder().encode(await exportSPKI(publicKey))
  bad[`${alg} as HS256`] = await token().setProtectedHeader({ alg: 'HS256', kid: `key-${alg}` }).sign(spki)
}
bad.none = new UnsecuredJWT({ scope: 'payments:read' }).setIssuer(issuer).setAudience(audience).setSubject('jose').setExpirationTime(now + 600).encode()
bad.encrypted = await new EncryptJWT({ scope: 'payments:read' }).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
  .setIssuer(issuer).setAudience(audience).setSubject('jose').setExpirationTime(now + 600).encrypt(new Uint8Array(32))

console.log(JSON.stringify({ keys: keys.map(key => JSON.stringify(key)), good, bad }))
