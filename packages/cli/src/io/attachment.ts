/** Files attached to a question: text, or an image. */
import { basename } from 'node:path';
import type { ContentPartImage, ContentPartText } from 'nomyo-js';
import { UsageError } from '../exit/codes.js';
import { readBytes, type ReadLimit } from './file.js';
import { decodeUtf8 } from './stdin.js';

/** The first bytes of the images that models take; the name of a file says nothing. Dots stand for any byte. */
const IMAGES: readonly { readonly type: string; readonly starts: string }[] = [
  { type: 'image/png', starts: '89504e470d0a1a0a' },
  { type: 'image/jpeg', starts: 'ffd8ff' },
  { type: 'image/gif', starts: '474946383761' },
  { type: 'image/gif', starts: '474946383961' },
  { type: 'image/webp', starts: '52494646........57454250' },
];
const MAGIC_BYTES = 12;

/** More can never be sent. */
const LIMIT: ReadLimit = { bytes: 10 * 1024 * 1024, text: '10 MiB, the limit of a request' };

/**
 * @param origin how the user names it: `--file`, or `/file` in a conversation
 * @throws {UsageError} when it cannot be read, or is neither text nor an image
 */
export async function readAttachment(
  path: string,
  origin: string,
): Promise<ContentPartText | ContentPartImage> {
  const bytes = await readBytes(path, `${origin}: ${path}`, LIMIT);
  const magic = bytes.toString('hex', 0, MAGIC_BYTES);
  const image = IMAGES.find(({ starts }) => new RegExp(`^${starts}`, 'u').test(magic));
  if (image !== undefined) {
    return { type: 'image_url', image_url: { url: `data:${image.type};base64,${bytes.toString('base64')}` } };
  }
  if (bytes.includes(0)) {
    throw new UsageError(`${origin}: ${path} is neither UTF-8 text nor a PNG, JPEG, GIF or WebP image`);
  }
  return { type: 'text', text: `${basename(path)}:\n\n${decodeUtf8([bytes], `${origin}: ${path}`)}` };
}
