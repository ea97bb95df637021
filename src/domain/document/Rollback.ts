/** What an honest provider never does: forget a change that it accepted, or show an older version as a newer one. */
import { Schema } from "effect"
import type { Document } from "./Document.ts"

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

/** A document as it was opened, with what its seal and the provider say of its place in time. */
export interface RemoteDocument {
  readonly id: string
  readonly document: Document
  readonly generation: number
  /** Bound into the seal by the device that wrote it: the generation that it had merged. */
  readonly parent: number
}

/** `known`: the generation of the document that this device has merged, 0 for none. */
export const isRolledBack = (known: number, remote: Pick<RemoteDocument, "generation" | "parent">): boolean =>
  remote.generation < known || (remote.generation > known && remote.parent < known)
