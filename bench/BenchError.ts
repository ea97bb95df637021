/** Why there is no figure. */
import { Schema } from "effect"

export class BenchError extends Schema.TaggedError<BenchError>()("BenchError", { reason: Schema.String }) {
  override get message(): string {
    return this.reason
  }
}
