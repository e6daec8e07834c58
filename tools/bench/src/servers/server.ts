/** The commands of a process that holds one server: the rows of protocol 2 measure both ends. */
import type { Server } from 'node:http';
import { settledRss } from '../child/memory.js';
import { listening } from '../http.js';

export interface ServerCommands {
  port(): number;
  /** Of all threads since its start, user and system, in ms. */
  cpu(): number;
  /** Resident memory after garbage collection, in bytes. */
  rss(): Promise<number>;
}

/** The port that a server listens on, and what its process has used. */
export async function serverCommands(server: Server): Promise<ServerCommands> {
  return commandsOn(await listening(server));
}

export function commandsOn(port: number): ServerCommands {
  const cpu = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  return { port: () => port, cpu, rss: settledRss };
}
