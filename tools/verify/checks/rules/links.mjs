// Links of the Markdown files in a tarball, or in the repository: absolute, or to something that is in it.
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const LINK = /\]\(<?([^)\s>]+)>?\)/g;
const OUTSIDE = /^(https?|mailto):/;
const CODE = /^```[\s\S]*?^```|`[^`\n]*`/gm;

/** The anchor that a heading gets: lower case, no punctuation, hyphens for spaces. */
const anchorOf = (heading) =>
  heading
    .replace(/[`*]|\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

const anchorsIn = (text) =>
  [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading));

/** Why a link leads nowhere, or nothing. */
function deadEnd({ dir, files, from }, link) {
  const [path, anchor] = link.split('#');
  const target =
    path === ''
      ? from
      : normalize(join(dirname(from), path))
          .replaceAll('\\', '/')
          .replace(/\/$/, '');
  const exists = files.includes(target) || files.some((file) => file.startsWith(`${target}/`));
  if (!exists) return 'which is not shipped: write the absolute address';
  if (anchor === undefined || !target.endsWith('.md')) return undefined;
  const text = readFileSync(join(dir, target), 'utf8');
  return anchorsIn(text).includes(anchor) ? undefined : 'where there is no such heading';
}

/**
 * @param {string} dir the unpacked tarball, or the root of the repository
 * @param {string[]} files what is in it
 * @returns the links that lead nowhere, a line each
 */
export function linkViolations(dir, files) {
  return files
    .filter((file) => file.endsWith('.md'))
    .flatMap((from) => {
      const text = readFileSync(join(dir, from), 'utf8').replace(CODE, '');
      return [...text.matchAll(LINK)]
        .map(([, link]) => link)
        .filter((link) => !OUTSIDE.test(link))
        .map((link) => [link, deadEnd({ dir, files, from }, link)])
        .filter(([, why]) => why !== undefined)
        .map(([link, why]) => `${from} links to ${link}, ${why}`);
    });
}
