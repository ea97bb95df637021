/** What a provider tells when everything listens: to a person, or as one line of JSON to a program. */
import { nameStore, type ProviderSettings } from "./ProviderSettings.ts"
import { type ProviderDoors, providerRows, row } from "./Ready.ts"

export const json = (doors: ProviderDoors, { domains, store }: ProviderSettings): string =>
  JSON.stringify({ ...doors, domains, store: nameStore(store) })

export const text = (doors: ProviderDoors, { domains, registration, store }: ProviderSettings): string =>
  [
    "",
    `The provider of ${domains.join(", ")} is ready:`,
    "",
    ...providerRows(doors),
    row("Table of addresses", doors.aliases),
    row("Table of recipients", doors.recipients),
    row("Health, metrics", doors.inner),
    "",
    `Everything is kept in ${nameStore(store)}`,
    registration === "open"
      ? "Anybody may open an account."
      : "Accounts are opened by invitation: leap-mail provider account add ADDRESS",
    "",
    "Ctrl-C stops it."
  ].join("\n")
