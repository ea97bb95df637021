/** The directory of a client that is told to stay off the network: it answers nothing, at once. */
import { Effect, Layer } from "effect"
import { KeyDirectory, KeyDirectoryError } from "../../ports/KeyDirectory.ts"

const offline = (operation: KeyDirectoryError["operation"]) =>
  Effect.fail(new KeyDirectoryError({ operation, transient: true, cause: new Error("leap-mail is offline") }))

export const layer: Layer.Layer<KeyDirectory> = Layer.succeed(KeyDirectory, {
  lookup: () => offline("lookup"),
  publish: () => offline("publish")
})
