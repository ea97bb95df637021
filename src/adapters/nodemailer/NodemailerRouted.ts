/** MailTransport straight to the mail servers of each recipient's domain. */
import { Effect, Layer } from "effect"
import { domainOf } from "../../domain/account/Address.ts"
import { MailRoutes } from "../../ports/MailRoutes.ts"
import {
  MailTransport,
  MailTransportError,
  type OutgoingMessage,
  type RefusedRecipient
} from "../../ports/MailTransport.ts"
import { type NextHop, send } from "./Smtp.ts"

/** Domains of one message that are served at once. */
const DOMAINS_AT_ONCE = 4

const refusals =
  (all: ReadonlyArray<string>) => (reason: string, transient: boolean): ReadonlyArray<RefusedRecipient> =>
    all.map((to) => transient ? { to, reason, transient } : { to, reason })

export const layer = (
  self: Pick<NextHop, "authority" | "name" | "timeout">
): Layer.Layer<MailTransport, never, MailRoutes> =>
  Layer.effect(
    MailTransport,
    Effect.gen(function*() {
      const { routes } = yield* MailRoutes

      /** Each server in its order, until one has an answer that is not of the moment (RFC 5321 §5.1). */
      const toDomain = Effect.fnUntraced(function*(domain: string, message: OutgoingMessage) {
        const refuseAll = refusals(message.to)
        let last: ReadonlyArray<RefusedRecipient> = []
        for (const route of yield* routes(domain)) {
          const outcome = yield* send({ ...self, ...route }, message).pipe(
            Effect.map((refused) => ({ refused, isFinal: true })),
            Effect.catch(({ reason, transient }) =>
              Effect.succeed({ refused: refuseAll(reason, transient), isFinal: !transient })
            )
          )
          if (outcome.isFinal) return outcome.refused
          last = outcome.refused
        }
        return last
      }, (effect, _, message) =>
        Effect.catchTag(effect, "NoRoute", ({ reason, transient }) =>
          Effect.succeed(refusals(message.to)(reason, transient))))

      return MailTransport.of({
        send: Effect.fn("NodemailerRouted.send")(function*({ bytes, from, to }) {
          const refused = (yield* Effect.forEach(
            Map.groupBy(to, domainOf),
            ([domain, some]) =>
              toDomain(domain, { bytes, from, to: some }),
            { concurrency: DOMAINS_AT_ONCE }
          )).flat()
          if (
            refused.length < to.length || refused.some(({ transient }) =>
              transient !== true
            )
          ) return refused
          return yield* new MailTransportError({
            transient: to.length > 0,
            reason: refused[0]?.reason ?? "The message has no recipient"
          })
        })
      })
    })
  )
