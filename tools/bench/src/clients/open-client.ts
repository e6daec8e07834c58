import type { BenchClient, ClientConfig } from './client.js';

/** Makes a client; the others are not even imported, so that none of them pays for another. */
export async function openClient(config: ClientConfig): Promise<BenchClient> {
  switch (config.kind) {
    case 'ours':
      return (await import('./ours.js')).openOurs(config);
    case 'adapter':
      return (await import('./adapter.js')).openAdapter(config);
    case 'first words':
      return (await import('./adapter.js')).openFirstWords(config);
    case 'reference':
      return (await import('./reference/client.js')).openReference(config);
    case 'gateway':
      return (await import('./gateway.js')).openGateway(config);
    case 'bare relay':
      return (await import('./gateway.js')).openBareRelay(config);
    case 'first token':
      return (await import('./ours.js')).openFirstToken(config);
    case 'drained streams':
      return (await import('./drained.js')).openDrained(config);
    case 'openai':
      return (await import('./openai.js')).openOpenAI(config);
    case 'https':
      return (await import('./https.js')).openHttps(config);
    case 'network':
      return (await import('./network.js')).openNetwork(config);
  }
}
