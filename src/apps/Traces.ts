/** Spans to a collector (OTLP over HTTP, JSON) where OTEL_EXPORTER_OTLP_ENDPOINT names one; else none are made. */
import { Config, Effect, Layer, Option, References } from "effect"
import type { HttpClient } from "effect/http"
import { OtlpSerialization, OtlpTracer } from "effect/observability"
import { unreadable } from "./Settings.ts"
import { version } from "./Version.ts"

const endpoint = Config.option(Config.NonEmptyString("OTEL_EXPORTER_OTLP_ENDPOINT"))

const to = (url: string) =>
  OtlpTracer.layer({
    url: `${url.replace(/\/+$/, "")}/v1/traces`,
    resource: { serviceName: "leap-mail", serviceVersion: version }
  }).pipe(Layer.provide(OtlpSerialization.layerJson))

export const layer = Layer.unwrap(
  endpoint.pipe(
    Effect.mapError(unreadable),
    Effect.map(Option.match({
      onNone: (): Layer.Layer<never, never, HttpClient.HttpClient> => Layer.succeed(References.TracerEnabled, false),
      onSome: (url): Layer.Layer<never, never, HttpClient.HttpClient> => to(url)
    }))
  )
)
