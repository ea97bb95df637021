/** How the nodes of a provider tell each other that something of an account changed. */
import { Context, type Effect, type Stream } from "effect"
import type { AccountEvent, Current } from "../domain/document/ChangeFeed.ts"
import type { AccountId } from "./ProviderStoreError.ts"

export class ProviderSignals extends Context.Service<ProviderSignals, {
  /** After the commit. A signal may be lost where a node dies: feeds look again by themselves. */
  announce(account: AccountId, event: AccountEvent): Effect.Effect<void>
  /** What `current` says, then each change that is announced. Generations never go back. */
  listen<E>(account: AccountId, current: Effect.Effect<Current, E>): Stream.Stream<AccountEvent, E>
}>()("leap-mail/ports/ProviderSignals") {}
