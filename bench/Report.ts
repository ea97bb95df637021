/** What a suite found, as a table for people and as JSON for programs. */
import { median } from "./Statistics.ts"
import type { Unit } from "./Unit.ts"

export interface Figure {
  /** undefined: the server does not do it yet, or failed. */
  readonly cost: number | undefined
  readonly samples: ReadonlyArray<number>
  /** Instead of the figure. */
  readonly remark?: string
}

export const figure = (samples: ReadonlyArray<number>): Figure => ({ cost: median(samples), samples })

export interface Entry {
  readonly key: string
  readonly name: string
  readonly unit: Unit
  /** By subject; peer's cost / our cost to be reached by peer. */
  readonly target: Readonly<Record<string, number>>
  readonly figures: Readonly<Record<string, Figure>>
}

export interface Report {
  readonly suite: string
  /** ISO 8601 */
  readonly date: string
  readonly machine: Readonly<Record<string, string | number>>
  readonly versions: Readonly<Record<string, string>>
  readonly options: Readonly<Record<string, unknown>>
  /** What a reader must know to read the figures. */
  readonly notes: ReadonlyArray<string>
  /** The first is ours. */
  readonly subjects: ReadonlyArray<string>
  readonly entries: ReadonlyArray<Entry>
}

/** 1 = equal, higher is better for us. */
const ratio = ({ figures, unit }: Entry, ours: string, peer: string): number | undefined => {
  const [our, their] = [figures[ours]?.cost, figures[peer]?.cost]
  return !unit.isCompared || our === undefined || their === undefined ? undefined : their / our
}

const rounded = (value: number): string => value.toPrecision(2).includes("e") ? value.toFixed(0) : value.toPrecision(2)

const shownRatio = (entry: Entry, ours: string, peer: string): string => {
  const value = ratio(entry, ours, peer)
  const target = entry.target[peer]
  if (value === undefined) return ""
  return target === undefined ? rounded(value) : `${rounded(value)} ${value >= target ? "≥" : "<"} ${target}`
}

const shown = ({ figures, unit }: Entry, subject: string): string => {
  const figure = figures[subject]
  return figure === undefined ? "" : figure.cost === undefined ? figure.remark ?? "" : unit.show(figure.cost)
}

const layout = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) =>
    row.map((cell, column) => column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))
      .join("  ").trimEnd()
  ).join("\n")
}

export const table = ({ entries, notes, subjects, versions, machine, date }: Report): string => {
  const [ours = "", ...peers] = subjects
  const head = ["", ...subjects, ...peers.map((peer) => `x ${peer}`), "samples"]
  const rows = entries.map((entry) => [
    entry.name,
    ...subjects.map((subject) => shown(entry, subject)),
    ...peers.map((peer) => shownRatio(entry, ours, peer)),
    subjects.map((subject) => entry.figures[subject]?.samples.length ?? 0).join("/")
  ])
  return [
    layout([head, ...rows]),
    "",
    ...peers.length === 0 ? [] : ["x: peer's time / ours. 1 = equal, higher is better; then the target."],
    ...Object.entries(versions).map(([name, version]) => `${name}: ${version}`),
    `${Object.entries(machine).map(([name, value]) => `${name} ${value}`).join(", ")}; ${date}`,
    ...notes
  ].join("\n")
}

export const json = (report: Report): string => {
  const [ours = "", ...peers] = report.subjects
  const entries = report.entries.map(({ unit, ...entry }) => ({
    ...entry,
    shown: Object.fromEntries(report.subjects.map((subject) => [subject, shown({ unit, ...entry }, subject)])),
    ratios: Object.fromEntries(peers.map((peer) => [peer, ratio({ unit, ...entry }, ours, peer)]))
  }))
  return `${JSON.stringify({ ...report, entries }, undefined, 1)}\n`
}
