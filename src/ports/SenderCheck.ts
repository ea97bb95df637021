/** What a message's origin lets be said of its sender: SPF, DKIM, DMARC and ARC. */
import { Context, type Effect } from "effect"
import type { Authentication } from "../domain/incoming/Provenance.ts"

export interface CheckedMessage {
  /** Of the envelope; empty for the null sender. */
  readonly from: string
  /** As it came, without trace fields of ours. */
  readonly bytes: Uint8Array
  /** Who handed it over: its address, and what it called itself. */
  readonly ip: string
  readonly helo: string
  /** Another server of ours took it from the world, and says in its Received field from whom. */
  readonly isRelayed: boolean
  /** Our host name. */
  readonly receivedBy: string
}

export class SenderCheck extends Context.Service<SenderCheck, {
  /** Bounded in time. What could not be asked is `temperror`: nobody's mail waits for it. */
  check(message: CheckedMessage): Effect.Effect<Authentication>
}>()("leap-mail/ports/SenderCheck") {}
