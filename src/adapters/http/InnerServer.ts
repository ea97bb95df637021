/** For whoever runs a provider: health, readiness, and numbers as Prometheus reads them. Not for the world. */
import { Effect, Layer, Metric } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { PrometheusMetrics } from "effect/observability"
import { ProviderUpkeep } from "../../ports/ProviderUpkeep.ts"
import { RelayQueue } from "../../ports/RelayQueue.ts"
import { listen, type ListenOptions } from "./Listen.ts"
import { layerNotFound, refuse } from "./Refusal.ts"

const waiting = Metric.gauge("leap_mail_outbound_waiting", { description: "Messages that wait to be relayed" })
const isReachable = Metric.gauge("leap_mail_store_reachable", { description: "1 where the store answers" })

const unavailable = refuse(503, "Unavailable", "The store does not answer.")
const ok = HttpServerResponse.jsonUnsafe({ status: "ok" })

const routes = Layer.mergeAll(
  HttpRouter.add("GET", "/health", ok),
  HttpRouter.add(
    "GET",
    "/ready",
    Effect.flatMap(ProviderUpkeep, ({ ping }) => ping).pipe(
      Effect.as(ok),
      Effect.catch(() => Effect.succeed(unavailable))
    )
  ),
  HttpRouter.add(
    "GET",
    "/metrics",
    Effect.flatMap(RelayQueue, ({ outboundCount }) => outboundCount).pipe(
      Effect.flatMap((count) => Effect.andThen(Metric.update(waiting, count), Metric.update(isReachable, 1))),
      Effect.catch(() => Metric.update(isReachable, 0)),
      Effect.andThen(PrometheusMetrics.format()),
      Effect.map((text) => HttpServerResponse.text(text, { contentType: "text/plain; version=0.0.4; charset=utf-8" }))
    )
  ),
  layerNotFound
)

export const serve = (options: ListenOptions) =>
  listen(options, HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true }))
