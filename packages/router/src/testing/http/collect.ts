/**
 * Everything that a stream gives, in one piece; the chunks are wiped.
 *
 * @param limit in bytes
 * @returns `undefined` when there is more; the rest is not read
 */
export async function collect(source: AsyncIterable<unknown>, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of source) {
      if (!Buffer.isBuffer(chunk)) throw new TypeError('a stream of bytes gave something else');
      chunks.push(chunk);
      length += chunk.byteLength;
      if (length > limit) return undefined;
    }
    return Buffer.concat(chunks, length);
  } finally {
    for (const chunk of chunks) chunk.fill(0);
  }
}
