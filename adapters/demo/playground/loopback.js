// The playground has no option for the address it listens on, and takes all of them. Node runs this file first (--require):
// whatever this process opens, the probe for a free port included, stays on this machine.
const { Server } = require("node:net");
const listen = Server.prototype.listen;
Server.prototype.listen = function (where, ...rest) {
  const asked = typeof where === "object" ? where : { port: where };
  if (typeof rest[0] === "string") rest.shift(); // the host that was asked for
  return listen.call(this, { ...asked, host: "127.0.0.1" }, ...rest);
};
