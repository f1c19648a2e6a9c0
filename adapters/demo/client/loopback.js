// The Slack client has no option for the address it listens on, and takes all of them. It is a Bun program, so this file, which
// Bun runs first (BUN_OPTIONS=--preload), wraps the one call that opens its port: what is said here stays on this machine.
const serve = Bun.serve;
Bun.serve = (options) => serve({ ...options, hostname: "127.0.0.1" });
