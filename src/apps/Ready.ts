/** What is told when everything listens: to a person, or as one line of JSON to a program. */
import type { Doors } from "./Client.ts"
import type { Endpoint } from "./Settings.ts"

interface ReadyAccount {
  readonly address: string
  readonly password: string
}

/** Of the client alone. */
export interface ClientReady extends Doors {
  readonly home: string
  readonly accounts: ReadonlyArray<ReadyAccount>
}

export interface ProviderDoors {
  readonly provider: Endpoint
  readonly lmtp: Endpoint
  readonly mx: Endpoint
  readonly submission: Endpoint
  /** Where there is a certificate. */
  readonly submissions?: Endpoint
  readonly aliases: Endpoint
  readonly recipients: Endpoint
  /** Health and metrics. */
  readonly inner: Endpoint
}

export interface Ready extends ClientReady, ProviderDoors {}

export const json = (ready: Ready): string => JSON.stringify(ready)

export const row = (name: string, { host, port }: Endpoint): string => `  ${name.padEnd(26)}${host}:${port}`

export const providerRows = (
  { lmtp, mx, provider, submission, submissions }: ProviderDoors
): ReadonlyArray<string> => [
  row("HTTP for clients", provider),
  row("LMTP (mail arrives)", lmtp),
  row("SMTP (mail arrives)", mx),
  row("SMTP submission", submission),
  ...submissions === undefined ? [] : [row("SMTP submission, TLS", submissions)]
]

/** Single quotes for the shell, whatever the password holds. */
const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

const mutt = ({ imap, smtp }: Ready, { address, password }: ReadyAccount): string => {
  const user = encodeURIComponent(address)
  const settings = [
    `set from=${address}`,
    `set imap_pass="${password}"`,
    `set smtp_pass="${password}"`,
    "set ssl_starttls=no",
    // On by default: then mutt sends nothing without TLS, not even to its own machine.
    "set ssl_force_tls=no",
    `set smtp_url="smtp://${user}@${smtp.host}:${smtp.port}/"`,
    `set folder="imap://${user}@${imap.host}:${imap.port}/"`,
    `set spoolfile="+INBOX"`,
    `set record=""`
  ]
  return `  mutt ${settings.map((setting) => `-e ${quote(setting)}`).join(" ")}`
}

const doors = (ready: ClientReady): ReadonlyArray<string> => [
  "",
  "leap-mail is ready. Point any mail client at it:",
  "",
  row("IMAP (read mail)", ready.imap),
  row("SMTP (send mail)", ready.smtp),
  ...ready.imaps === undefined ? [] : [row("IMAP with TLS", ready.imaps)],
  ...ready.smtps === undefined ? [] : [row("SMTP with TLS", ready.smtps)],
  row("HTTP (programs)", ready.http),
  ""
]

/** Without passwords: what a service prints is kept in logs. */
export const clientText = (ready: ClientReady, addresses: ReadonlyArray<string>): string =>
  [
    ...doors(ready),
    ...addresses.map((address) => `  user ${address}`),
    "",
    "`leap-mail account password` shows the password for mail programs.",
    "",
    `Everything is kept in ${ready.home}`,
    "",
    "Ctrl-C stops it."
  ].join("\n")

export const text = (ready: Ready): string => {
  const [first] = ready.accounts
  return [
    ...doors(ready),
    ...ready.accounts.map(({ address, password }) => `  user ${address}  password ${password}`),
    "",
    "The provider of leap.test runs beside it:",
    "",
    ...providerRows(ready),
    "",
    `Everything is kept in ${ready.home}`,
    ...first === undefined ? [] : ["", "Try it:", "", mutt(ready, first)],
    "",
    "Ctrl-C stops it."
  ].join("\n")
}
