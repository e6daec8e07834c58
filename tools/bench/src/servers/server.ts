/** The commands of a process that holds one server: the rows of protocol 2 measure both ends. */
import { settledRss } from '../child/memory.js';

export interface ServerCommands {
  port(): number;
  /** Of all threads since its start, user and system, in ms. */
  cpu(): number;
  /** Resident memory after garbage collection, in bytes. */
  rss(): Promise<number>;
}

/** @param port that the server of this process listens on */
export function commandsOn(port: number): ServerCommands {
  const cpu = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  return { port: () => port, cpu, rss: settledRss };
}
