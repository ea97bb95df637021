/** The URL of an `OpenPGP:` header, which the domain has judged before. */
import { Effect } from "effect"
import type { HttpClient } from "effect/http"
import type { KeySourcesShape } from "../../ports/KeySources.ts"
import { get, unreachedFails } from "./Fetch.ts"

export const make = Effect.map(
  Effect.context<HttpClient.HttpClient>(),
  (context): NonNullable<KeySourcesShape["fetch"]> => (url) =>
    get(url).pipe(unreachedFails, Effect.provideContext(context))
)
