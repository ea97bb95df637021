/** What every subject gets: letters from alice to bob, protected end to end and once more at arrival, in files. */
import { Effect, Redacted } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as OpenPgpJs from "../../src/adapters/openpgp/OpenPgpJs.ts"
import { provenanceHeader, UNKNOWN } from "../../src/domain/incoming/Provenance.ts"
import { compose } from "../../src/domain/message/Compose.ts"
import { prependHeaders } from "../../src/domain/message/HeaderEdit.ts"
import { encryptedMessage, payload } from "../../src/domain/outgoing/PgpMime.ts"
import { OpenPgp } from "../../src/ports/OpenPgp.ts"
import * as Mail from "../imap/Mail.ts"
import * as Random from "../imap/Random.ts"

export const ALICE = "alice@leap.test"
export const BOB = "bob@leap.test"

/**
 * Of so many letters, how many every program handles before the clock starts: a process just started compiles while it
 * works. How long these take is a row of its own.
 */
export const warming = (count: number): number => count === 1 ? 0 : Math.min(count, 200)

/** Files of a folder of letters. */
export const files = (folder: string) => {
  const at = (name: string): string => path.join(folder, name)
  return {
    certificate: (name: string): string => at(`${name}.cert`),
    secret: (name: string): string => at(`${name}.key`),
    /** As written, before any protection. */
    clear: (index: number): string => at(`${index}.eml`),
    /** Armored, the body of multipart/encrypted. */
    inner: (index: number): string => at(`${index}.asc`),
    /** As it lies in the provider's queue. */
    item: (index: number): string => at(`${index}.pgp`)
  }
}

const addressed = (message: Uint8Array): Uint8Array =>
  new TextEncoder().encode(
    new TextDecoder().decode(message).replace(/^From: .*$/m, `From: Alice <${ALICE}>`)
      .replace(/^To: .*$/m, `To: Bob <${BOB}>`)
  )

/** Random octets, which no compression shortens. */
export const attachment = (octets: number): Uint8Array => {
  const random = Random.make(octets)
  const bytes = new Uint8Array(octets)
  for (let at = 0; at < octets; at++) bytes[at] = random.below(256)
  return bytes
}

const withAttachment = (octets: number): Uint8Array =>
  compose({
    headers: [["From", ALICE], ["To", BOB], ["Subject", "large"], ["Message-ID", "<large@leap.test>"], [
      "MIME-Version",
      "1.0"
    ]],
    body: {
      _tag: "Multipart",
      subtype: "mixed",
      parts: [
        { headers: [], body: { _tag: "Text", text: "see there\n" } },
        {
          headers: [["Content-Disposition", "attachment; filename=large.bin"]],
          body: { _tag: "Binary", type: "application/octet-stream", bytes: attachment(octets) }
        }
      ]
    }
  })

export interface LettersOptions {
  readonly folder: string
  readonly count: number
  readonly octets: number
  /** One letter with an attachment of so many octets, instead of `count` usual ones. */
  readonly large?: number
}

export const write = Effect.fn("Letters.write")(function*({ count, folder, large, octets }: LettersOptions) {
  const pgp = yield* OpenPgp
  const file = files(folder)
  fs.mkdirSync(folder, { recursive: true })
  const people = new Map<string, { certificate: Uint8Array; secretKey: Redacted.Redacted<Uint8Array> }>()
  for (const address of [ALICE, BOB]) {
    const made = yield* pgp.generate({ name: "", email: address }, { expiresInSeconds: undefined })
    people.set(address, made)
    fs.writeFileSync(file.certificate(address), made.certificate)
    fs.writeFileSync(file.secret(address), Redacted.value(made.secretKey), { mode: 0o600 })
  }
  const [alice, bob] = [people.get(ALICE), people.get(BOB)]
  if (alice === undefined || bob === undefined) return
  for (let index = 0; index < count; index++) {
    const clear = large === undefined ? addressed(Mail.message(index, octets)) : withAttachment(large)
    const encrypted = yield* pgp.encrypt({
      data: payload(clear, "cipher"),
      recipients: [bob.certificate, alice.certificate],
      signWith: alice.secretKey,
      anonymous: false
    })
    const armor = yield* pgp.armored("message", encrypted)
    const arrived = prependHeaders(encryptedMessage(clear, armor), [[
      "X-Leap-Provenance",
      provenanceHeader({ arrivedAt: index, receivedBy: "leap.test", encryptedAtArrival: true, ...UNKNOWN })
    ]])
    const item = yield* pgp.encrypt({
      data: arrived,
      recipients: [bob.certificate],
      signWith: undefined,
      anonymous: false
    })
    fs.writeFileSync(file.clear(index), clear)
    fs.writeFileSync(file.inner(index), armor)
    fs.writeFileSync(file.item(index), item)
  }
}, Effect.provide(OpenPgpJs.layer))
