/** The account that a command is for, the quickstart's among them, with the password that opens it. */
import { Effect, type Option, Redacted } from "effect"
import type { Address } from "../domain/account/Address.ts"
import * as AccountFolder from "./AccountFolder.ts"
import * as Ask from "./Ask.ts"
import * as Home from "./Home.ts"
import * as Password from "./Password.ts"
import * as Settings from "./Settings.ts"

export const choose = Effect.fnUntraced(function*(account: Option.Option<Address>) {
  const { home } = yield* Settings.load()
  const chosen = yield* AccountFolder.choose(home, account, "all")
  // The quickstart's own password lies beside its accounts; one that was set is asked for like any other.
  const kept = chosen.facts.isDemo === true ? yield* Home.read(yield* Password.fileIn(home)) : undefined
  return {
    chosen,
    passphrase: kept === undefined ? yield* Ask.passphrase(chosen.facts.address) : Redacted.make(kept.trim())
  }
})
