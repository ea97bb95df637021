/** Letters of strangers at the door of bob's provider, and what bob finds in his INBOX. */
import { assert, it } from "@effect/vitest"
import { Context, Effect, type Scope, Stream } from "effect"
import { INBOX } from "../../../src/domain/mailbox/Mailbox.ts"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"
import { encryptedMessage, payload, signedMessage } from "../../../src/domain/outgoing/PgpMime.ts"
import { MailStore } from "../../../src/ports/MailStore.ts"
import { OpenPgp } from "../../../src/ports/OpenPgp.ts"
import { bytesOf, deliverTo, type Device, people, type Provider, valuesOf } from "../Correspondents.ts"

export const headers = ["From: alice@leap.test", "To: bob@leap.test", "Subject: tea", "Message-ID: <2@leap.test>"]
export const message = bytesOf(...headers, "Content-Type: text/plain", "", "Pay 10 to Carol.", "")

export const signed = Effect.fnUntraced(function*(by: Device, bytes: Uint8Array, data = payload(bytes, "clear")) {
  const pgp = yield* OpenPgp
  return signedMessage(bytes, data, yield* pgp.armor("signature", yield* pgp.sign(data, by.keys.secretKeys[0])))
})

export const sealed = Effect.fnUntraced(
  function*(by: Device | undefined, to: Device, bytes: Uint8Array, inner = payload(bytes, "cipher")) {
    const pgp = yield* OpenPgp
    const encrypted = yield* pgp.encrypt({
      data: inner,
      recipients: [to.keys.certificate],
      signWith: by?.keys.secretKeys[0],
      anonymous: false
    })
    return encryptedMessage(bytes, yield* pgp.armored("message", encrypted))
  }
)

/** What bob gets, and its three headers. */
export const received = Effect.fnUntraced(function*(provider: Provider, bob: Device, bytes: Uint8Array) {
  yield* deliverTo(provider, bob.address, bytes)
  yield* bob.receive
  const mail = Context.get(bob.services, MailStore)
  const { id } = yield* mail.mailbox(INBOX)
  const records = yield* Stream.runCollect(
    mail.fetch(id, UidSet.all, { bytes: true, verdict: true, original: true, structure: true })
  )
  const record = records.at(-1)
  assert.isDefined(record)
  const got = record.bytes ?? new Uint8Array()
  const one = (name: string): string => {
    const values = valuesOf(got, name)
    assert.strictEqual(values.length, 1, name)
    return values[0] ?? ""
  }
  return {
    bytes: got,
    structure: record.structure,
    verdict: record.verdict,
    original: record.original,
    encryption: one("X-Leap-Encryption"),
    signature: one("X-Leap-Signature"),
    provenance: one("X-Leap-Provenance")
  }
})

export const test = <E>(
  name: string,
  run: (given: Effect.Success<typeof people>) => Effect.Effect<void, E, OpenPgp | Scope.Scope>
) =>
  it.effect(name, () =>
    Effect.gen(function*() {
      const given = yield* people
      yield* run(given).pipe(Effect.provideContext(given.provider.services))
    }).pipe(Effect.scoped))

export const fingerprint = Effect.fnUntraced(function*(of: Device) {
  const pgp = yield* OpenPgp
  return (yield* pgp.inspect(of.keys.certificate)).fingerprint
})

/** Encrypted and signed text, as a program without MIME writes it. */
export const armored = Effect.fnUntraced(function*(by: Device, to: Device, text: string) {
  const pgp = yield* OpenPgp
  const encrypted = yield* pgp.encrypt({
    data: new TextEncoder().encode(text),
    recipients: [to.keys.certificate],
    signWith: by.keys.secretKeys[0],
    anonymous: false
  })
  return yield* pgp.armor("message", encrypted)
})

/** The cleartext framework of RFC 9580 §7. */
export const clearSigned = Effect.fnUntraced(function*(by: Device, lines: ReadonlyArray<string>) {
  const pgp = yield* OpenPgp
  const digested = bytesOf(...lines.map((line) => line.trimEnd()))
  const signature = yield* pgp.armor("signature", yield* pgp.sign(digested, by.keys.secretKeys[0]))
  const escaped = lines.map((line) => line.startsWith("-") ? `- ${line}` : line)
  return ["-----BEGIN PGP SIGNED MESSAGE-----", "Hash: SHA512", "", ...escaped, signature].join("\r\n")
})
