// Reads calls of the official client from standard input, a JSON line each: {"service","method","args"}. Writes what
// came of each, a JSON line each: {"value"} or {"error"}. A file comes as {"value":{"base64"}}.
const popbill = require('popbill');
const readline = require('readline');

popbill.config({
  LinkID: process.env.LINK_ID,
  SecretKey: process.env.SECRET_KEY,
  IsTest: true,
  IPRestrictOnOff: false,
  UseStaticIP: false,
  UseLocalTimeYN: true,
});
const services = { taxinvoice: popbill.TaxinvoiceService(), closedown: popbill.ClosedownService() };

const call = ({ service, method, args }) =>
  new Promise((resolve) => {
    // On a broken connection this client calls nobody back.
    const timer = setTimeout(() => resolve({ error: { code: 0, message: 'nobody was called back' } }), 5000);
    const done = (answer) => {
      clearTimeout(timer);
      resolve(answer);
    };
    services[service][method](
      ...args,
      (value) => done({ value: Buffer.isBuffer(value) ? { base64: value.toString('base64') } : value === undefined ? null : value }),
      (error) => done({ error }),
    );
  });

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await call(JSON.parse(line))) + '\n');
  }
})();
