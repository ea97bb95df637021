/** What a change on this device makes of a document. The same document comes back where nothing changed. */
import { UNPROTECTED, type Verdict } from "../incoming/Verdict.ts"
import type * as Flag from "../mailbox/Flag.ts"
import { type EmailId, type MailboxId, type MailboxName, type SpecialUse, STANDARD } from "../mailbox/Mailbox.ts"
import {
  type BindingDocument,
  type CandidateDocument,
  type Document,
  latest,
  type MailboxDocument,
  type MessageDocument,
  type OwnKeysDocument,
  type PlacementDocument,
  type WishDocument
} from "./Document.ts"
import * as FlagSet from "./FlagSet.ts"
import * as Hlc from "./Hlc.ts"
import { mergeSecretKeys, union } from "./Merge.ts"
import * as Register from "./Register.ts"

export interface Moment {
  /** Milliseconds: when the person did it, which may be long before it is sent. */
  readonly at: number
  readonly device: Hlc.DeviceId
}

const stampOf = (state: Document | undefined, { at, device }: Moment): Hlc.Hlc =>
  Hlc.tick((state && latest(state)) ?? Hlc.initial(device), at, device)

const write = <A>(register: Register.Register<A>, value: A, at: Hlc.Hlc): Register.Register<A> =>
  JSON.stringify(register.value) === JSON.stringify(value) ? register : Register.make(value, at)

export interface LocalMailbox {
  readonly name: MailboxName
  readonly specialUse: SpecialUse | undefined
  readonly subscribed: boolean
}

/** Of what every device makes alike, before any person changes it. */
const AS_MADE = Hlc.initial(Hlc.DeviceId.make("0"))

/** Every device makes the standard mailboxes by itself; that must not undo what the person did to them elsewhere. */
const isAsMade = (id: MailboxId, local: LocalMailbox): boolean =>
  local.subscribed &&
  STANDARD.some(({ name, specialUse }) =>
    name.toLowerCase() === id && name === local.name && specialUse === local.specialUse
  )

/** `local` undefined: there is no such mailbox here. */
export const changeMailbox = (
  state: MailboxDocument | undefined,
  id: MailboxId,
  local: LocalMailbox | undefined,
  moment: Moment
): MailboxDocument | undefined => {
  if (state === undefined) {
    if (local === undefined) return undefined
    const at = isAsMade(id, local) ? AS_MADE : stampOf(undefined, moment)
    return {
      _tag: "mailbox",
      id,
      name: Register.make(local.name, at),
      specialUse: Register.make(local.specialUse ?? null, at),
      subscribed: Register.make(local.subscribed, at),
      exists: Register.make(true, at),
      mergedInto: null
    }
  }
  if (state.mergedInto !== null) return state
  const at = stampOf(state, moment)
  const exists = write(state.exists, local !== undefined, at)
  const name = local === undefined ? state.name : write(state.name, local.name, at)
  const specialUse = local === undefined ? state.specialUse : write(state.specialUse, local.specialUse ?? null, at)
  const subscribed = local === undefined ? state.subscribed : write(state.subscribed, local.subscribed, at)
  const isSame = exists === state.exists && name === state.name && specialUse === state.specialUse &&
    subscribed === state.subscribed
  return isSame ? state : { ...state, exists, name, specialUse, subscribed }
}

const UNPROTECTED_TEXT = JSON.stringify(UNPROTECTED)

/** What came with a message, and is no part of its bytes. */
export interface LocalProtection {
  readonly verdict: Verdict
  /** Octets of the original, where it is kept. */
  readonly original: number | undefined
}

/** Most mail is not protected, and that is said in a word. */
const spoken = (protection: LocalProtection | undefined): Pick<MessageDocument, "verdict" | "original"> =>
  protection === undefined ? {} : {
    verdict: JSON.stringify(protection.verdict) === UNPROTECTED_TEXT ? null : protection.verdict,
    ...protection.original === undefined ? {} : { original: protection.original }
  }

/** `size` undefined: the message is gone here. */
export const changeMessage = (
  state: MessageDocument | undefined,
  email: EmailId,
  size: number | undefined,
  moment: Moment,
  protection?: LocalProtection
): MessageDocument | undefined => {
  const at = stampOf(state, moment)
  if (state === undefined) {
    return size === undefined
      ? undefined
      : { _tag: "message", email, size, ...spoken(protection), exists: Register.make(true, at) }
  }
  const exists = write(state.exists, size !== undefined, at)
  const said = state.verdict === undefined ? spoken(protection) : {}
  return exists === state.exists && said.verdict === undefined ? state : { ...state, ...said, exists }
}

export interface LocalPlacement {
  readonly internalDate: number
  readonly flags: ReadonlyArray<Flag.Flag>
}

/** `local` undefined: it lies here no more. */
export const changePlacement = (
  state: PlacementDocument | undefined,
  key: Pick<PlacementDocument, "mailbox" | "email" | "ordinal">,
  local: LocalPlacement | undefined,
  moment: Moment
): PlacementDocument | undefined => {
  const at = stampOf(state, moment)
  if (state === undefined) {
    if (local === undefined) return undefined
    const { flags, internalDate } = local
    return { _tag: "placement", ...key, internalDate, flags: FlagSet.fromFlags(flags, at), deleted: false }
  }
  if (state.deleted) return state
  if (local === undefined) return { ...state, flags: FlagSet.empty, deleted: true }
  const flags = FlagSet.replace(state.flags, local.flags, at)
  return flags === state.flags ? state : { ...state, flags }
}

export interface LocalUses {
  readonly encryptedTo: ReadonlyArray<string>
  readonly verifiedWith: ReadonlyArray<string>
}

/** Fields that have grown beyond the state. */
const grown = <K extends string>(
  state: { readonly [name in K]?: ReadonlyArray<string> } | undefined,
  name: K,
  local: ReadonlyArray<string>
) => local.every((one) => state?.[name]?.includes(one) === true) ? {} : { [name]: union(state?.[name], local) }

export const changeBinding = (
  state: BindingDocument | undefined,
  address: BindingDocument["address"],
  binding: BindingDocument["binding"]["value"],
  moment: Moment,
  uses: LocalUses = { encryptedTo: [], verifiedWith: [] }
): BindingDocument => {
  const at = stampOf(state, moment)
  const added = {
    ...grown(state, "encryptedTo", uses.encryptedTo),
    ...grown(state, "verifiedWith", uses.verifiedWith)
  }
  if (state === undefined) return { _tag: "binding", address, binding: Register.make(binding, at), ...added }
  const next = write(state.binding, binding, at)
  return next === state.binding && Object.keys(added).length === 0 ? state : { ...state, binding: next, ...added }
}

/** `shown` null: nothing is left to decide here. */
export const changeCandidate = (
  state: CandidateDocument | undefined,
  address: CandidateDocument["address"],
  fingerprint: string,
  shown: CandidateDocument["shown"]["value"],
  moment: Moment
): CandidateDocument | undefined => {
  const at = stampOf(state, moment)
  if (state === undefined) {
    return shown === null ? undefined : { _tag: "candidate", address, fingerprint, shown: Register.make(shown, at) }
  }
  const next = write(state.shown, shown, at)
  return next === state.shown ? state : { ...state, shown: next }
}

export const changeWish = (
  state: WishDocument | undefined,
  address: WishDocument["address"],
  wish: WishDocument["wish"]["value"],
  moment: Moment
): WishDocument | undefined => {
  const at = stampOf(state, moment)
  if (state === undefined) return wish === null ? undefined : { _tag: "wish", address, wish: Register.make(wish, at) }
  const next = write(state.wish, wish, at)
  return next === state.wish ? state : { ...state, wish: next }
}

/** `older`, newest first, are the secret keys beside the current one; their stamps keep their order. */
export const changeOwnKeys = (
  state: OwnKeysDocument | undefined,
  current: OwnKeysDocument["current"]["value"],
  older: ReadonlyArray<string>,
  moment: Moment,
  revocations: ReadonlyArray<string> = []
): OwnKeysDocument => {
  const known = new Set(state?.secretKeys.map(({ value }) => value))
  const added: Array<OwnKeysDocument["secretKeys"][number]> = []
  let at = stampOf(state, moment)
  for (const key of [...older].reverse().concat(current.secretKey)) {
    if (known.has(key)) continue
    added.push(Register.make(key, at))
    at = Hlc.tick(at, moment.at, moment.device)
  }
  const secretKeys = mergeSecretKeys(state?.secretKeys ?? [], added)
  const revoking = grown(state, "revocations", revocations)
  if (state === undefined) return { _tag: "ownKeys", current: Register.make(current, at), secretKeys, ...revoking }
  const next = write(state.current, current, at)
  const isSame = next === state.current && added.length === 0 && Object.keys(revoking).length === 0
  return isSame ? state : { ...state, current: next, secretKeys, ...revoking }
}
