/** The settings that README.md gives for a mail program, for the ports and the password of a running one. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Ready } from "../Program.ts"

const readme = readFileSync(join(import.meta.dirname, "../../../README.md"), "utf8")

export const snippet = (program: string, { accounts: [account], imap, smtp }: Ready): string => {
  const [, block = ""] = new RegExp(`^\\*\\*${program}\\*\\*[^]*?\\n\\n((?: {4}.*\\n|\\n)+)`, "m").exec(readme) ?? []
  return block.replaceAll(/^ {4}/gm, "")
    .replaceAll("1984", String(imap.port))
    .replaceAll("2013", String(smtp.port))
    .replaceAll("PASSWORD", account?.password ?? "")
}
