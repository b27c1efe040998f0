// Points the official client at the simulator without changing it: every host is this machine, every https port is the
// simulator's. Node trusts the simulator's certificate by NODE_EXTRA_CA_CERTS.
const https = require('https');
https.globalAgent.defaultPort = Number(process.env.SIMULATOR_PORT);
https.globalAgent.options.lookup = (host, options, done) => {
  if (typeof options === 'function') {
    done = options;
    options = {};
  }
  return options && options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
};
