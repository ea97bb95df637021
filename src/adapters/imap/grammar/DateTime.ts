/** `date` and `date-time` (RFC 3501 §9), without a clock. */
import { Result } from "effect"
import { civil, dayNumber } from "../../../domain/message/Date.ts"
import { bad, badAt, expect, type Lexer, number, type Parsed, space, take } from "./Lexer.ts"

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
const DAY = 86_400_000

/** Exactly so many digits, none past `maximum`. */
const digits = (lexer: Lexer, count: number, maximum: number): Parsed<number> => {
  const start = lexer.at
  const value = number(lexer, maximum)
  if (Result.isFailure(value) || lexer.at - start === count) return value
  return badAt(lexer, start, `expected ${count} digits`)
}

/** `date-text = date-day "-" date-month "-" date-year` as milliseconds of its UTC midnight. */
const dateText = (lexer: Lexer): Parsed<number> =>
  Result.gen(function*() {
    const start = lexer.at
    const day = yield* number(lexer, 31)
    yield* expect(lexer, "-")
    const month = MONTHS.findIndex((name) => take(lexer, name.toUpperCase()))
    if (month < 0) return yield* bad(lexer, "expected a month such as Nov")
    yield* expect(lexer, "-")
    const year = yield* digits(lexer, 4, 9999)
    const at = dayNumber(year, month, day)
    const read = civil(at)
    if (read.day === day && read.month === month) return at * DAY
    return yield* badAt(lexer, start, "there is no such day")
  })

/** `date = date-text / DQUOTE date-text DQUOTE` */
export const date = (lexer: Lexer): Parsed<number> => {
  if (!take(lexer, "\"")) return dateText(lexer)
  const value = dateText(lexer)
  return Result.isSuccess(value) && !take(lexer, "\"") ? bad(lexer, "the quoted date does not end") : value
}

/** `time = 2DIGIT ":" 2DIGIT ":" 2DIGIT`, in seconds */
const time = (lexer: Lexer): Parsed<number> =>
  Result.gen(function*() {
    const hours = yield* digits(lexer, 2, 23)
    yield* expect(lexer, ":")
    const minutes = yield* digits(lexer, 2, 59)
    yield* expect(lexer, ":")
    return (hours * 60 + minutes) * 60 + (yield* digits(lexer, 2, 60))
  })

/** `zone = ("+" / "-") 4DIGIT`, in seconds east of UTC */
const zone = (lexer: Lexer): Parsed<number> =>
  Result.gen(function*() {
    const sign = take(lexer, "-") ? -1 : 1
    if (sign === 1) yield* expect(lexer, "+")
    const value = yield* digits(lexer, 4, 2359)
    return sign * (Math.trunc(value / 100) * 60 + value % 100) * 60
  })

/** `date-time = DQUOTE date-day-fixed "-" date-month "-" date-year SP time SP zone DQUOTE` in milliseconds. */
export const dateTime = (lexer: Lexer): Parsed<number> =>
  Result.gen(function*() {
    yield* expect(lexer, "\"")
    // date-day-fixed = (SP DIGIT) / 2DIGIT
    take(lexer, " ")
    const day = yield* dateText(lexer)
    yield* space(lexer)
    const seconds = yield* time(lexer)
    yield* space(lexer)
    const east = yield* zone(lexer)
    yield* expect(lexer, "\"")
    return day + (seconds - east) * 1000
  })

const two = (value: number): string => String(value).padStart(2, "0")

/** With its quotes, in UTC: the zone it was given in is not kept. */
export const encodeDateTime = (at: number): string => {
  const seconds = Math.floor(at / 1000)
  const day = Math.floor(seconds / 86_400)
  const rest = seconds - day * 86_400
  const { year, month, day: date } = civil(day)
  const clock = `${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`
  return `"${String(date).padStart(2)}-${MONTHS[month]}-${String(year).padStart(4, "0")} ${clock} +0000"`
}
