/** Devices that listen: feeds that are open and on which nothing happens. */
import { Effect, type Scope } from "effect"
import { Agent, request } from "node:http"
import { BenchError } from "../BenchError.ts"

const open = (agent: Agent, port: number, token: string): Effect.Effect<void, BenchError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<ReturnType<typeof request>, BenchError>((resume) => {
      const call = request({
        agent,
        port,
        host: "127.0.0.1",
        path: "/v1/feed",
        headers: { authorization: `Bearer ${token}` }
      })
      call.on("error", (error) => resume(new BenchError({ reason: error.message })))
      call.on("response", (response) => {
        if (response.statusCode !== 200) {
          return resume(new BenchError({ reason: `A feed was answered ${response.statusCode ?? 0}` }))
        }
        // The first event: it listens.
        response.once("data", () => resume(Effect.succeed(call)))
        response.on("error", () => {})
      })
      call.end()
    }),
    (call) => Effect.sync(() => call.destroy())
  )

/** `count` feeds, in turns of the accounts that have these tokens. */
export const openAll = Effect.fnUntraced(function*(port: number, tokens: ReadonlyArray<string>, count: number) {
  const agent = new Agent({ maxSockets: Infinity })
  yield* Effect.forEach(
    Array.from({ length: count }, (_, index) => tokens[index % tokens.length] ?? ""),
    (token) => open(agent, port, token),
    { concurrency: 50, discard: true }
  )
})
