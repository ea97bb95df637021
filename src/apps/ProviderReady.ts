/** What a provider tells when everything listens: to a person, or as one line of JSON to a program. */
import type { Effect } from "effect"
import type * as Provider from "./Provider.ts"
import { nameStore, type ProviderSettings } from "./ProviderSettings.ts"
import type { Endpoint } from "./Settings.ts"

type Doors = Effect.Success<ReturnType<typeof Provider.start>>

export const json = (doors: Doors, { domains, store }: ProviderSettings): string =>
  JSON.stringify({ ...doors, domains, store: nameStore(store) })

const row = (name: string, { host, port }: Endpoint): string => `  ${name.padEnd(26)}${host}:${port}`

export const text = (doors: Doors, { domains, registration, store }: ProviderSettings): string =>
  [
    "",
    `The provider of ${domains.join(", ")} is ready:`,
    "",
    row("HTTP for clients", doors.provider),
    row("LMTP (mail arrives)", doors.lmtp),
    row("SMTP (mail arrives)", doors.mx),
    row("SMTP submission", doors.submission),
    "",
    `Everything is kept in ${nameStore(store)}`,
    registration === "open"
      ? "Anybody may open an account."
      : "Accounts are opened by invitation: leap-mail provider account add ADDRESS",
    "",
    "Ctrl-C stops it."
  ].join("\n")
