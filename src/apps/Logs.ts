/** What is logged, a line each, on standard error: standard output is for what was asked. */
import { type Layer, Logger, LogLevel, References } from "effect"

/** An address, in whatever it stands: `anna@example.org`, `"a b"@example.org`, `user:password@host`. */
const LOCAL_PART = /(?:"[^"\r\n]*"|[^\s"'<>()[\]{},;=@\\]+)@(?=[\p{L}\p{N}[])/gu

/** Whose mail it is is nobody's business who reads a log; of which domain it is helps to find a fault. */
export const withoutLocalParts = (text: string): string => text.replaceAll(LOCAL_PART, "*@")

const isDebugging = (minimum: LogLevel.LogLevel): boolean => LogLevel.isLessThanOrEqualTo(minimum, "Debug")

const line = Logger.make<unknown, string>((options) => {
  const text = Logger.formatLogFmt.log(options)
  return isDebugging(options.fiber.getRef(References.MinimumLogLevel)) ? text : withoutLocalParts(text)
})

export const layer: Layer.Layer<never> = Logger.layer([Logger.withConsoleError(line)])
