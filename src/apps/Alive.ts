/** Whether a process runs on this machine. */
export const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // Alive, and another user's.
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}
