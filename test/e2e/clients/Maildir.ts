/** What a mail program has put into a Maildir: messages with the letters of their flags. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

export interface Kept {
  readonly path: string
  readonly text: string
  readonly flags: string
}

export const maildir = (folder: string): ReadonlyArray<Kept> =>
  ["cur", "new"].flatMap((part) => {
    const path = join(folder, part)
    return (existsSync(path) ? readdirSync(path) : []).map((name) => ({
      path: join(path, name),
      text: readFileSync(join(path, name), "latin1"),
      flags: /:2,(\w*)$/.exec(name)?.[1] ?? ""
    }))
  })
