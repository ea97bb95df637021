/** The name under which a part's writer would keep it as a file. */
import type { Part } from "./MessageStructure.ts"
import { parameter } from "./Parameters.ts"

/** RFC 2183 §2.3, and what programs wrote before it. Decoded; it may hold anything: never use it as a path. */
export const fileName = ({ dispositionParameters, parameters }: Part): string | undefined =>
  parameter(dispositionParameters, "filename") ?? parameter(parameters, "name")
