// An HTTPS server in a process of its own, which can answer while its client is still about to learn that the request
// has left. It receives a certificate and its key, reports its port, and counts its connections.
import { once } from 'node:events';
import { createServer } from 'node:https';

const [identity] = await once(process, 'message');
let connections = 0;

const server = createServer(identity, (request, response) => {
  request.resume();
  request.once('end', () => response.end(request.url === '/connections' ? String(connections) : 'answer'));
});
server.on('secureConnection', () => (connections += 1));
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.once('disconnect', () => process.exit());
