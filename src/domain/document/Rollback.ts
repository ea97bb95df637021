/** What an honest provider never does: forget a change that it accepted, or show an older version as a newer one. */
import { Schema } from "effect"
import type { Document, UnknownDocument } from "./Document.ts"

export class RolledBack extends Schema.TaggedError<RolledBack>()("RolledBack", {
  /** undefined: the account as a whole. */
  document: Schema.UndefinedOr(Schema.String),
  remembered: Schema.Int,
  shown: Schema.Int
}) {
  override get message(): string {
    const what = this.document === undefined ? "the account" : "a document"
    return `The provider shows an older state of ${what} (${this.shown}) than this device saw before ` +
      `(${this.remembered}). It was restored from a backup, or it is lying: nothing more is taken from it. ` +
      "Ask the provider; the mail on this device is safe"
  }
}

const NAMES: Readonly<Record<string, string>> = {
  mailbox: "mailboxes",
  message: "messages",
  placement: "places of messages and their flags",
  binding: "keys in use for others",
  candidate: "keys that wait for a decision",
  wish: "wishes for how mail is protected",
  ownKeys: "own keys"
}

/** Two devices stand at one generation and were shown different documents: some are withheld, or there are two histories. */
export class HistoryDiffers extends Schema.TaggedError<HistoryDiffers>()("HistoryDiffers", {
  /** Its name, as the person gave it; its own id for itself where it does not say. */
  device: Schema.String,
  generation: Schema.Int,
  kinds: Schema.Array(Schema.Struct({ kind: Schema.String, here: Schema.Int, there: Schema.Int }))
}) {
  override get message(): string {
    const what = this.kinds.map(({ here, kind, there }) => {
      const name = NAMES[kind] ?? `documents of the kind "${kind}"`
      if (here < there) return `${there - here} of the ${name} are withheld from this device`
      if (here > there) return `${here - there} of the ${name} are withheld from the other`
      return `the ${name} are others than there`
    }).join("; ")
    return `The provider shows this device another history than your device "${this.device}" has seen (at ` +
      `generation ${this.generation}): ${what}. It is lying, or was restored from a backup: nothing more is taken from ` +
      "it. Ask the provider; the mail on this device is safe"
  }
}

/** A document as it was opened, with what its seal and the provider say of its place in time. */
export interface RemoteDocument<D = Document | UnknownDocument> {
  readonly id: string
  readonly document: D
  readonly generation: number
  /** Bound into the seal by the device that wrote it: the generation that it had merged. */
  readonly parent: number
  /** As of `markOf`: two devices that were given the same have the same. */
  readonly mark: Uint8Array
}

/** `known`: the generation of the document that this device has merged, 0 for none. */
export const isRolledBack = (known: number, remote: Pick<RemoteDocument, "generation" | "parent">): boolean =>
  remote.generation < known || (remote.generation > known && remote.parent < known)
