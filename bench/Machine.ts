/** Where the figures are from: they mean nothing without it. */
import * as os from "node:os"

export const facts = (): Readonly<Record<string, string | number>> => ({
  cpu: os.cpus()[0]?.model.trim() ?? "unknown",
  cores: os.cpus().length,
  "memory (GB)": Math.round(os.totalmem() / 1e9),
  system: `${os.type()} ${os.release()} ${os.arch()}`,
  node: process.versions.node,
  "load before": Number(os.loadavg()[0]?.toFixed(2) ?? 0)
})
