/** MailTransport that keeps what was sent, with a next hop whose refusals are given. */
import { Context, Effect, Layer, Ref } from "effect"
import { MailTransport, MailTransportError, type OutgoingMessage } from "../../ports/MailTransport.ts"

export class SentMessages extends Context.Service<SentMessages, Ref.Ref<ReadonlyArray<OutgoingMessage>>>()(
  "leap-mail/adapters/memory/MailTransportMemory/SentMessages"
) {}

/** The reply for a recipient, such as `550 5.1.1 No such user`; undefined = accepted. */
export type NextHop = (to: string) => string | undefined

export const layer = (nextHop: NextHop = () => undefined): Layer.Layer<MailTransport | SentMessages> =>
  Layer.effectContext(Effect.gen(function*() {
    const sent = yield* Ref.make<ReadonlyArray<OutgoingMessage>>([])
    const send = Effect.fn("MailTransportMemory.send")(function*(message: OutgoingMessage) {
      if (message.to.length === 0) {
        return yield* new MailTransportError({ transient: false, reason: "the message has no recipient" })
      }
      const refused = message.to.flatMap((to) => {
        const reason = nextHop(to)
        return reason === undefined ? [] : [{ to, reason, ...reason.startsWith("4") ? { transient: true } : {} }]
      })
      const [first] = refused
      if (
        first !== undefined && refused.length === message.to.length && refused.every((one) => one.transient === true)
      ) {
        return yield* new MailTransportError({ transient: true, reason: first.reason })
      }
      const to = message.to.filter((address) => !refused.some((one) => one.to === address))
      if (to.length > 0) yield* Ref.update(sent, (all) => [...all, { ...message, to }])
      return refused
    })
    return Context.make(MailTransport, { send }).pipe(Context.add(SentMessages, sent))
  }))
