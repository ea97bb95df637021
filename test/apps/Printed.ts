/** Commands as they are typed, without a process of their own. */
import { ConfigProvider, Effect } from "effect"
import { TestConsole } from "effect/testing"

/** What a command prints in this environment. */
export const printed = Effect.fnUntraced(
  function*<E, R>(command: Effect.Effect<void, E, R>, env: Readonly<Record<string, string>>) {
    const before = (yield* TestConsole.logLines).length
    yield* Effect.provideService(command, ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))
    return (yield* TestConsole.logLines).slice(before).join("\n")
  }
)
