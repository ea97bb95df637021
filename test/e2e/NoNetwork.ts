/** Preloaded into a process: whoever connects anywhere is refused, and it is told. */
import { Socket } from "node:net"

Socket.prototype.connect = function(): never {
  process.stderr.write("network: a connection was tried\n")
  throw new Error("There is no network here")
}
