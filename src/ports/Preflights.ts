/** What would happen to a message of one of this device's accounts, for programs that ask from outside. */
import { Context, type Effect, Schema } from "effect"
import type { Plan } from "../domain/outgoing/Preflight.ts"
import type { SendPolicy } from "../domain/outgoing/SendPolicy.ts"
import type { MailStore } from "./MailStore.ts"

export class PreflightsError extends Schema.TaggedError<PreflightsError>()("PreflightsError", {
  operation: Schema.Literals(["preflight"]),
  cause: Schema.Defect()
}) {}

export class Preflights extends Context.Service<Preflights, {
  /** `account`: as a login gave it. Fails, too, while the account's keys are still being made. */
  preflight(
    account: MailStore["Service"],
    to: ReadonlyArray<string>,
    policy: SendPolicy | undefined
  ): Effect.Effect<Plan, PreflightsError>
}>()("leap-mail/ports/Preflights") {}
