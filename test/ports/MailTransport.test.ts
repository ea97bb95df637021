import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Redacted, Ref } from "effect"
import * as MailTransportMemory from "../../src/adapters/memory/MailTransportMemory.ts"
import * as NodemailerTransport from "../../src/adapters/nodemailer/NodemailerTransport.ts"
import { serve } from "../../src/adapters/smtp/SmtpListener.ts"
import { badLogin, SmtpRefusal } from "../../src/adapters/smtp/SmtpRefusal.ts"
import { MailTransport, type OutgoingMessage } from "../../src/ports/MailTransport.ts"
import { mailTransportContract, refusalOf } from "./MailTransport.contract.ts"

const local = { host: "127.0.0.1", port: 0, name: "else.test" }

mailTransportContract(
  "memory",
  Effect.gen(function*() {
    const context = yield* Layer.build(MailTransportMemory.layer(refusalOf))
    return {
      layer: Layer.succeedContext(context),
      taken: Ref.get(Context.get(context, MailTransportMemory.SentMessages))
    }
  })
)

mailTransportContract(
  "nodemailer",
  Effect.gen(function*() {
    const taken = yield* Ref.make<ReadonlyArray<OutgoingMessage>>([])
    const { host, port } = yield* serve<never, SmtpRefusal, never>(local, {
      recipient: (to) => {
        const [code, enhanced, text] = (refusalOf(to) ?? "").split(" ")
        return code === "" || enhanced === undefined || text === undefined
          ? Effect.void
          : Effect.fail(new SmtpRefusal({ code: Number(code), enhanced, text }))
      },
      message: (received) => Effect.as(Ref.update(taken, (all) => [...all, received]), [])
    })
    return { layer: NodemailerTransport.layer({ host, port, name: "leap.test" }), taken: Ref.get(taken) }
  }).pipe(Effect.orDie)
)

const message = { from: "a@leap.test", to: ["b@else.test"], bytes: new TextEncoder().encode("Subject: x\r\n\r\nx\r\n") }

describe("NodemailerTransport", () => {
  it.live("keeps mail for later when nobody answers", () =>
    Effect.gen(function*() {
      const { host, port } = yield* Effect.scoped(serve(local, { message: () => Effect.succeed([]) }))
      const error = yield* MailTransport.use((transport) => transport.send(message)).pipe(
        Effect.provide(NodemailerTransport.layer({ host, port, name: "leap.test" })),
        Effect.flip
      )
      assert.isTrue(error.transient)
      assert.include(error.reason, `127.0.0.1:${port}`)
    }))

  it.live("logs in, and keeps mail for later when the login is refused", () =>
    Effect.gen(function*() {
      const { host, port } = yield* serve(local, {
        authenticate: (user, password) =>
          Redacted.value(password) === "right" ? Effect.succeed(user) : Effect.fail(badLogin()),
        message: () => Effect.succeed([])
      })
      const sendWith = (password: string) =>
        MailTransport.use((transport) => transport.send(message)).pipe(
          Effect.provide(
            NodemailerTransport.layer({ host, port, name: "x", auth: { user: "a", password: Redacted.make(password) } })
          )
        )
      assert.deepStrictEqual(yield* sendWith("right"), [])
      assert.isTrue((yield* Effect.flip(sendWith("wrong"))).transient)
    }))
})
