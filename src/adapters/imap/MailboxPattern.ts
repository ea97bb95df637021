/** LIST patterns (RFC 3501 §6.3.8): `*` is anything, `%` anything within one level. */
import { DELIMITER, INBOX, type MailboxName } from "../../domain/mailbox/Mailbox.ts"

/** No name is as long as the letters of such a pattern; and matching multiplies both lengths. */
const MAX_PATTERN = 2048

/** Every state of the pattern at once, a name's character at a time: no pattern makes it slow. */
const fits = (pattern: string, name: string): boolean => {
  let reached = new Uint8Array(pattern.length + 1)
  const passWildcards = (states: Uint8Array): void => {
    for (let at = 0; at < pattern.length; at++) {
      if (states[at] === 1 && (pattern[at] === "*" || pattern[at] === "%")) states[at + 1] = 1
    }
  }
  reached[0] = 1
  passWildcards(reached)
  const anyCase = name === INBOX || name.startsWith(INBOX + DELIMITER) ? INBOX.length : 0
  for (let index = 0; index < name.length; index++) {
    const character = name[index]
    const next = new Uint8Array(pattern.length + 1)
    for (let at = 0; at < pattern.length; at++) {
      if (reached[at] === 0) continue
      const expected = pattern[at]
      if (expected === "*" || (expected === "%" && character !== DELIMITER)) next[at] = 1
      else if (expected === character || (index < anyCase && expected?.toUpperCase() === character)) next[at + 1] = 1
    }
    passWildcards(next)
    reached = next
  }
  return reached[pattern.length] === 1
}

/** Reference and pattern are one text. INBOX is INBOX in any case, as `parseName` has it. */
export const compile = (reference: string, pattern: string): (name: MailboxName) => boolean => {
  const whole = (reference + pattern).normalize("NFC").replaceAll(/\*[*%]*/g, "*").replaceAll(/%+/g, "%")
  if (whole.length > MAX_PATTERN) return () => false
  return (name) => fits(whole, name)
}
