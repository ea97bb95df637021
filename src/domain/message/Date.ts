/** RFC 5322 §3.3 and §4.3 dates, read leniently, and written. The calendar is computed here, without a clock. */

export interface MailDate {
  /** Milliseconds since 1970 UTC. */
  readonly at: number
  /** The calendar day as written, as milliseconds of its midnight in UTC (RFC 9051 SENTON and the like). */
  readonly day: number
}

/** No date that anyone writes is longer; the rest is comments or an attack. */
const MAX_DATE_LENGTH = 512
const DAY = 86_400_000
const MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
const MONTH_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
const DAY_NAMES = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
/** Minutes east of UTC. Military letters mean nothing certain (RFC 5322 §4.3), so they are +0000. */
const ZONES: ReadonlyMap<string, number> = new Map([
  ["est", -300],
  ["edt", -240],
  ["cst", -360],
  ["cdt", -300],
  ["mst", -420],
  ["mdt", -360],
  ["pst", -480],
  ["pdt", -420],
  ["cet", 60],
  ["cest", 120],
  ["met", 60],
  ["mest", 120],
  ["bst", 60],
  ["jst", 540]
])

/** Days since 1970-01-01 of a proleptic Gregorian date; month 0-11. */
export const dayNumber = (year: number, month: number, day: number): number => {
  const y = month < 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const ofEra = y - era * 400
  const ofYear = Math.floor((153 * ((month + 10) % 12) + 2) / 5) + day - 1
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468
}

const daysIn = (year: number, month: number): number =>
  month === 11 ? 31 : dayNumber(year, month + 1, 1) - dayNumber(year, month, 1)

/** Splits at white space, commas and comments; `-` and `/` split where letters are involved (`23-Nov-2026`). */
const tokens = (text: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  let depth = 0
  let start = -1
  for (let i = 0; i <= text.length; i++) {
    const c = text[i] ?? " "
    if (c === "(") depth++
    const separates = depth > 0 || c === " " || c === "\t" || c === "," || c === "\r" || c === "\n" ||
      (c === "-" && start >= 0)
    if (c === ")" && depth > 0) depth--
    if (!separates) {
      if (start < 0) start = i
      continue
    }
    if (start >= 0) found.push(text.slice(start, i))
    start = -1
  }
  return found
}

const isDigits = (text: string): boolean => /^\d{1,9}$/.test(text)

const monthOf = (token: string): number => {
  if (token.length < 3 || !/^[a-z]+\.?$/i.test(token)) return -1
  const at = MONTHS.indexOf(token.slice(0, 3).toLowerCase())
  return at >= 0 && at % 3 === 0 ? at / 3 : -1
}

const zoneOf = (token: string): number | undefined => {
  const numeric = /^([+-])(\d{2}):?(\d{2})$/.exec(token)
  if (numeric !== null) {
    if (Number(numeric[3]) > 59) return 0
    const minutes = Number(numeric[2]) * 60 + Number(numeric[3])
    return numeric[1] === "-" ? -minutes : minutes
  }
  return /^[a-z]{1,5}$/i.test(token) ? ZONES.get(token.toLowerCase()) ?? 0 : undefined
}

const isTime = ([hours, minutes, seconds]: readonly [number, number, number]): boolean =>
  hours < 24 && minutes < 60 && seconds <= 60

/** A time that is none is midnight, a zone that is none is UTC (RFC 5256 §2.2). */
export const parseDate = (text: string): MailDate | undefined => {
  if (text.length > MAX_DATE_LENGTH) return undefined
  let day = -1
  let month = -1
  let year = -1
  let time: readonly [number, number, number] | undefined
  let zone = 0
  for (const token of tokens(text)) {
    const clock = /^(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:\.\d*)?)?$/.exec(token)
    if (clock !== null) time ??= [Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0)]
    else if (isDigits(token)) {
      if (day < 0 && token.length <= 2) day = Number(token)
      else if (year < 0) year = fullYear(token)
    } else if (month < 0 && monthOf(token) >= 0) month = monthOf(token)
    // Before the clock a word is the weekday's name.
    else if (time !== undefined) zone = zoneOf(token) ?? zone
  }
  if (month < 0 || year < 0 || year > 9999 || day < 1 || day > daysIn(year, month)) return undefined
  const [hours, minutes, seconds] = time !== undefined && isTime(time) ? time : [0, 0, 0]
  const midnight = dayNumber(year, month, day) * DAY
  return { at: midnight + ((hours * 60 + minutes - zone) * 60 + seconds) * 1000, day: midnight }
}

/** RFC 5322 §4.3: two digits below 50 are 20xx, from 50 and all three digits are 19xx plus. */
const fullYear = (token: string): number => {
  const value = Number(token)
  if (token.length >= 4) return value
  return token.length === 2 && value < 50 ? 2000 + value : 1900 + value
}

const two = (value: number): string => String(value).padStart(2, "0")

/** `Mon, 23 Nov 2026 14:02:40 +0100` for milliseconds since 1970 and minutes east of UTC. */
export const formatDate = (at: number, zone = 0): string => {
  const local = at + zone * 60_000
  const days = Math.floor(local / DAY)
  const seconds = Math.floor((local - days * DAY) / 1000)
  const { year, month, day } = civil(days)
  const offset = Math.abs(zone)
  const sign = zone < 0 ? "-" : "+"
  return `${DAY_NAMES[((days + 4) % 7 + 7) % 7]}, ${day} ${MONTH_NAMES[month]} ${String(year).padStart(4, "0")} ` +
    `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)} ` +
    `${sign}${two(Math.floor(offset / 60))}${two(offset % 60)}`
}

/** Inverse of `dayNumber`. */
export const civil = (days: number): { readonly year: number; readonly month: number; readonly day: number } => {
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  const ofEra = z - era * 146_097
  const y = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365
  )
  const ofYear = ofEra - (365 * y + Math.floor(y / 4) - Math.floor(y / 100))
  const m = Math.floor((5 * ofYear + 2) / 153)
  const month = (m + 2) % 12
  return { year: y + era * 400 + (month < 2 ? 1 : 0), month, day: ofYear - Math.floor((153 * m + 2) / 5) + 1 }
}
