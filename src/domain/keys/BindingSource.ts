/** Where a certificate came from, and whose word it is that an address uses it. */

export const BINDING_SOURCES = [
  "own",
  /** An Autocrypt header. */
  "mail",
  /** An attached `application/pgp-keys`. */
  "attached",
  /** The URL of an `OpenPGP:` header. */
  "header",
  /** The provider's directory, for addresses of its own domains. */
  "provider",
  /** Web Key Directory of the address's domain. */
  "wkd",
  /** A verifying key server, which asks the address before it shows a certificate (keys.openpgp.org). */
  "vks",
  /** A key server that shows what anybody sends it. */
  "hkps",
  "person"
] as const
export type BindingSource = (typeof BINDING_SOURCES)[number]

/** From a stored text: what is unknown is as weak as mail. */
export const sourceOf = (text: string): BindingSource => BINDING_SOURCES.find((source) => source === text) ?? "mail"

/** Who can be asked about any address, in the order in which they are. */
export const DIRECTORIES = ["provider", "wkd", "vks", "hkps"] as const
export type Directory = (typeof DIRECTORIES)[number]

export const isDirectory = (source: BindingSource): source is Directory =>
  DIRECTORIES.some((directory) => directory === source)

/** Independent of each other: the provider's directory and WKD are both the domain's own. */
export type Party = "domain" | "verifying key server"

/** undefined: nobody has verified anything, so that it counts for nothing beside others. */
export const partyOf = (source: BindingSource): Party | undefined => {
  switch (source) {
    case "provider":
    case "wkd":
      return "domain"
    case "vks":
      return "verifying key server"
    default:
      return undefined
  }
}
