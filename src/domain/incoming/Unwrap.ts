/** A message as its sender protected it, end to end: decrypted, its signature judged. Only what covers the whole counts. */
import { Effect, Option } from "effect"
import { KeyStore, type OwnKeys } from "../../ports/KeyStore.ts"
import { OpenPgp, type SignatureCheck } from "../../ports/OpenPgp.ts"
import { type Address, canonical, isSame, parse as parseAddress } from "../account/Address.ts"
import { parseAutocrypt } from "../keys/Autocrypt.ts"
import type { Binding } from "../keys/Binding.ts"
import { bindingFor, learn } from "../keys/Discovery.ts"
import { FINGERPRINT, WEAK_CHAIN } from "../keys/ValidationLevel.ts"
import { toCrlf } from "../message/Compose.ts"
import { headerFields, unfold } from "../message/Header.ts"
import type { MessageStructure, Part } from "../message/MessageStructure.ts"
import { parameter } from "../message/Parameters.ts"
import { parse } from "../message/Parse.ts"
import { decodedBody } from "../message/Section.ts"
import { judge } from "./Judge.ts"
import { protectsHeader, restored, unwrapped } from "./Recover.ts"
import type { Verdict } from "./Verdict.ts"

export interface Unwrapped {
  readonly bytes: Uint8Array
  readonly verdict: Verdict
}

type Sender = Pick<Binding, "certificate" | "fingerprint" | "level">

const hasProtocol = (part: Part, subtype: string, protocol: string): boolean =>
  part.type === "multipart" && part.subtype === subtype && part.parts.length === 2 &&
  parameter(part.parameters, "protocol")?.toLowerCase() === protocol

/** The one address that it says it comes from. */
const fromOf = ({ envelope: { from } }: MessageStructure): Address | undefined => {
  const [author, ...others] = from
  if (author === undefined || others.length > 0) return undefined
  return Option.getOrUndefined(parseAddress(`${author.mailbox ?? ""}@${author.host ?? ""}`))
}

/** Autocrypt Level 1 §3: exactly one valid field, for the address in From. */
const learnAutocrypt = Effect.fnUntraced(function*(from: Address, bytes: Uint8Array) {
  const fields = headerFields(bytes, 0, bytes.length).filter(({ name }) => name === "autocrypt")
  const [field, ...others] = fields
  if (field === undefined || others.length > 0) return
  const shown = parseAutocrypt(unfold(bytes, field))
  if (shown === undefined || !isSame(shown.address, from)) return
  yield* learn({
    address: canonical(from),
    certificate: shown.certificate,
    level: WEAK_CHAIN,
    source: "mail"
  })
})

const senderOf = Effect.fnUntraced(function*(own: OwnKeys, structure: MessageStructure, bytes: Uint8Array) {
  const from = fromOf(structure)
  if (from === undefined) return undefined
  if (isSame(from, own.address)) {
    const pgp = yield* OpenPgp
    const { fingerprint } = yield* Effect.orDie(pgp.inspect(own.certificate))
    const oneself: Sender = { certificate: own.certificate, fingerprint, level: FINGERPRINT }
    return oneself
  }
  // The directory of the sender's domain is believed more than the message itself: it is asked first.
  yield* bindingFor(own, from)
  yield* learnAutocrypt(from, bytes)
  const store = yield* KeyStore
  return yield* store.binding(canonical(from))
})

/** Others' certificates that may have made a signature which the sender's did not. */
const others = Effect.fnUntraced(function*(checks: ReadonlyArray<SignatureCheck>) {
  if (!checks.some(({ status }) => status === "unknown")) return []
  const store = yield* KeyStore
  const bindings = yield* store.bindings
  return bindings
    .filter(({ fingerprint }) => checks.some(({ keyId }) => fingerprint.endsWith(keyId)))
    .map(({ certificate }) => certificate)
})

const signatureOf = Effect.fnUntraced(function*(part: Part, bytes: Uint8Array, sender: Sender | undefined) {
  const [signed, signature] = part.parts
  const armored = signature === undefined ? undefined : decodedBody(signature, bytes)
  if (signed === undefined || armored === undefined) {
    return { _tag: "Invalid", reason: "the signature cannot be read" } as const
  }
  const pgp = yield* OpenPgp
  const data = toCrlf(bytes.subarray(signed.headerStart, signed.bodyEnd))
  const verify = (verifyWith: ReadonlyArray<Uint8Array>) => pgp.verify({ data, signature: armored, verifyWith })
  return yield* Effect.gen(function*() {
    const checks = yield* verify(sender === undefined ? [] : [sender.certificate])
    const known = yield* others(checks)
    return judge(known.length === 0 ? checks : [...checks, ...(yield* verify(known))], sender)
  }).pipe(Effect.catchTag("OpenPgpError", ({ reason }) => Effect.succeed({ _tag: "Invalid", reason } as const)))
})

const unwrapSigned = Effect.fnUntraced(function*(bytes: Uint8Array, root: Part, sender: Sender | undefined) {
  const signature = yield* signatureOf(root, bytes, sender)
  const [signed] = root.parts
  const isRestored = signature._tag === "Valid" && signed !== undefined && protectsHeader(signed)
  return {
    signature,
    bytes: isRestored ? restored(bytes, bytes.subarray(signed.headerStart, signed.bodyEnd)) : bytes
  }
})

const unwrapEncrypted = Effect.fnUntraced(
  function*(own: OwnKeys, bytes: Uint8Array, root: Part, sender: Sender | undefined) {
    const pgp = yield* OpenPgp
    const [, sealed] = root.parts
    const data = sealed === undefined ? undefined : decodedBody(sealed, bytes)
    if (data === undefined) {
      const verdict: Verdict = {
        encryption: { _tag: "Failed", reason: "the encrypted part cannot be read" },
        signature: { _tag: "None" }
      }
      return { bytes, verdict }
    }
    const opened = yield* pgp.decrypt({
      data,
      secretKeys: own.secretKeys,
      verifyWith: sender === undefined ? [] : [sender.certificate]
    })
    const inner = parse(opened.data).root
    const plain = unwrapped(bytes, opened.data, protectsHeader(inner))
    const encryption = { _tag: "Decrypted" } as const
    if (opened.signatures.length > 0 || !hasProtocol(inner, "signed", "application/pgp-signature")) {
      return { bytes: plain, verdict: { encryption, signature: judge(opened.signatures, sender) } satisfies Verdict }
    }
    const { bytes: shown, signature } = yield* unwrapSigned(plain, parse(plain).root, sender)
    return { bytes: shown, verdict: { encryption, signature } satisfies Verdict }
  }
)

/** The message as a person should see it, and what is known of it. Never fails for what the message holds. */
export const unwrap = Effect.fn("Unwrap.unwrap")(function*(own: OwnKeys, bytes: Uint8Array) {
  const structure = parse(bytes)
  const { root } = structure
  const sender = yield* senderOf(own, structure, bytes)
  if (hasProtocol(root, "encrypted", "application/pgp-encrypted")) {
    return yield* unwrapEncrypted(own, bytes, root, sender).pipe(
      Effect.catchTag("OpenPgpError", ({ reason }) => {
        const verdict: Verdict = { encryption: { _tag: "Failed", reason }, signature: { _tag: "None" } }
        return Effect.succeed({ bytes, verdict })
      })
    )
  }
  const encryption = { _tag: "None" } as const
  if (!hasProtocol(root, "signed", "application/pgp-signature")) {
    const verdict: Verdict = { encryption, signature: { _tag: "None" } }
    return { bytes, verdict }
  }
  const { bytes: shown, signature } = yield* unwrapSigned(bytes, root, sender)
  return { bytes: shown, verdict: { encryption, signature } satisfies Verdict }
})
