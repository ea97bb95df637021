/** ProviderSignals where one process is all nodes. */
import { Effect, Layer } from "effect"
import * as ChangeFeed from "../../domain/document/ChangeFeed.ts"
import { ProviderSignals } from "../../ports/ProviderSignals.ts"

export const layer: Layer.Layer<ProviderSignals> = Layer.sync(ProviderSignals, () => {
  const feeds = ChangeFeed.make()
  return ProviderSignals.of({
    announce: (account, event) => Effect.sync(() => feeds.announce(account, event)),
    listen: feeds.listen
  })
})
