/**
 * Where certificates of people at other providers are looked up. A program that nobody gave any asks nobody: that is the
 * default, so that only what wires a client decides who learns of its correspondents.
 */
import { Context, type Effect, Schema } from "effect"
import type { Address } from "../domain/account/Address.ts"
import type { Directory } from "../domain/keys/BindingSource.ts"
import { because } from "./Because.ts"

export class KeySourceError extends Schema.TaggedError<KeySourceError>()("KeySourceError", {
  cause: Schema.Defect()
}) {
  override get message(): string {
    return `The key could not be looked up${because(this.cause)}`
  }
}

export interface KeySource {
  readonly directory: Exclude<Directory, "provider">
  /** Certificates, binary or armored, one after another; undefined where it knows none. */
  lookup(address: Address): Effect.Effect<Uint8Array | undefined, KeySourceError>
}

export interface KeySourcesShape {
  /** In the order in which they are asked. */
  readonly directories: ReadonlyArray<KeySource>
  /** What is at an `https` URL; undefined where nothing is. Whether it may be asked for is decided before. */
  readonly fetch: ((url: string) => Effect.Effect<Uint8Array | undefined, KeySourceError>) | undefined
  /** Whose certifications count as endorsements, once the person confirmed their own keys. */
  readonly introducers: ReadonlyArray<Address>
}

export const NO_KEY_SOURCES: KeySourcesShape = { directories: [], fetch: undefined, introducers: [] }

export const KeySources = Context.Reference<KeySourcesShape>("leap-mail/ports/KeySources", {
  defaultValue: () => NO_KEY_SOURCES
})
