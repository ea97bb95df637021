/** At the provider: an account goes, and all of it with it but its address, which nobody may have after it. */
import { Effect } from "effect"
import { type ProviderAccount, ProviderAccounts } from "../../ports/ProviderAccounts.ts"
import { markOf } from "../keys/Mark.ts"

export const removeAccount = Effect.fn("Remove.removeAccount")(function*({ address, id }: ProviderAccount) {
  const accounts = yield* ProviderAccounts
  yield* accounts.removeAccount(id, (yield* markOf(address)).mark)
})
