/** How often a property that looks for what breaks is tried: some times in `npm test`, without end in `npm run fuzz`. */
import { env } from "node:process"

const FACTOR = Number(env["LEAP_MAIL_FUZZ"] ?? 1)

export const runs = (usual: number): number => usual * FACTOR
