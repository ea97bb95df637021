/** What the provider answers instead of an outcome, each with its status (RFC 9110 §15.5, §15.6) and a sentence. */
import { Schema } from "effect"

export class Malformed extends Schema.TaggedError<Malformed>()("Malformed", {
  message: Schema.String
}, { httpApiStatus: 400 }) {}

export class Unauthorized extends Schema.TaggedError<Unauthorized>()("Unauthorized", {
  message: Schema.String
}, { httpApiStatus: 401 }) {}

export class NotFound extends Schema.TaggedError<NotFound>()("NotFound", {
  message: Schema.String
}, { httpApiStatus: 404 }) {}

export class TooLarge extends Schema.TaggedError<TooLarge>()("TooLarge", {
  message: Schema.String
}, { httpApiStatus: 413 }) {}

export class TooMany extends Schema.TaggedError<TooMany>()("TooMany", {
  message: Schema.String
}, { httpApiStatus: 429 }) {}

/** A passing failure of the provider: the same call may succeed later. */
export class Unavailable extends Schema.TaggedError<Unavailable>()("Unavailable", {
  message: Schema.String
}, { httpApiStatus: 503 }) {}

/** RFC 4918 §11.5: the account has no room. */
export class Full extends Schema.TaggedError<Full>()("Full", {
  message: Schema.String
}, { httpApiStatus: 507 }) {}
