/** AccountAccess over the provider's API. */
import { Effect } from "effect"
import type { AccountAccess } from "../../ports/AccountAccess.ts"
import { EnrolmentRefused } from "../../ports/Enrolment.ts"
import { bounded, type Client, enrolmentFailed } from "./ProviderCalls.ts"

const failed = enrolmentFailed("change")

const noSuchSession = ({ message }: { readonly message: string }) =>
  Effect.fail(new EnrolmentRefused({ reason: "NoSuchSession", message }))

export const accountAccess = ({ access }: Client): AccountAccess["Service"] => ({
  changeStart: Effect.fn("ProviderAccess.changeStart")(
    function*(kind, request) {
      const { response } = yield* access.changeStart({ params: { kind }, payload: { request } })
      return response
    },
    bounded,
    Effect.mapError(failed)
  ),
  changeFinish: (kind, { lifetime, record, wrappedRoot }) =>
    access.changeFinish({ params: { kind }, payload: { record, wrappedRoot, lifetime: lifetime ?? null } }).pipe(
      bounded,
      Effect.mapError(failed)
    ),
  dropCredential: Effect.fn("ProviderAccess.dropCredential")(
    function*(kind) {
      // The password is changed, never dropped.
      if (kind !== "password") yield* access.dropCredential({ params: { kind } })
    },
    bounded,
    Effect.mapError(failed)
  ),
  sessions: access.sessions().pipe(bounded, Effect.mapError(failed)),
  renameSession: (id, device) =>
    access.renameSession({ params: { id }, payload: { device } }).pipe(
      Effect.catchTag("NotFound", noSuchSession),
      bounded,
      Effect.mapError(failed)
    ),
  revokeSession: (id) =>
    access.revokeSession({ params: { id } }).pipe(
      Effect.catchTag("NotFound", noSuchSession),
      bounded,
      Effect.mapError(failed)
    ),
  remove: access.remove().pipe(bounded, Effect.mapError(failed))
})
