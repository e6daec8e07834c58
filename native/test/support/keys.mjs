// The reference keys as bytes, and just enough ASN.1 to open the encrypted ones.
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';

const { files } = JSON.parse(readFileSync(new URL('../fixtures/keys.json', import.meta.url)));

export function keyFile(name) {
  const { content_base64: content, password } = files.find((file) => file.name === name);
  return { text: Buffer.from(content, 'base64').toString('latin1'), password };
}

/** The bytes between the first pair of PEM lines. */
export function derOf(name) {
  const body = /-----BEGIN [^-]+-----([^-]+)-----END/.exec(keyFile(name).text)[1];
  return Buffer.from(body, 'base64');
}

/** The same key as node reads it. */
export const keyObjectOf = (name) => createPrivateKey(keyFile(name).text);

/** [tag, contents, rest] of the first element. */
function element(der) {
  let length = der[1];
  let header = 2;
  if (length >= 0x80) {
    const count = length - 0x80;
    length = der.readUIntBE(2, count);
    header += count;
  }
  return [der[0], der.subarray(header, header + length), der.subarray(header + length)];
}

function children(der) {
  const found = [];
  for (let rest = der; rest.length > 0;) {
    const [tag, contents, next] = element(rest);
    found.push({ tag, contents, list: tag === 0x30 ? children(contents) : [] });
    rest = next;
  }
  return found;
}

const number = ({ contents }) => parseInt(contents.toString('hex'), 16);

const OIDS = {
  '2a864886f70d01050c': 'PBKDF2',
  '2b06010401da47040b': 'scrypt',
  '2a864886f70d0207': 'SHA-1',
  '2a864886f70d0209': 'SHA-256',
  '60864801650304012a': 32, // aes256-CBC: bytes of the key
  '608648016503040102': 16, // aes128-CBC
};
const oid = ({ contents }) => OIDS[contents.toString('hex')];

/** PBES2, RFC 8018 A.4; scrypt, RFC 7914 section 7. */
export function parsePbes2(der) {
  const [algorithm, body] = children(der)[0].list;
  const [kdf, cipher] = algorithm.list[1].list;
  const [salt, ...cost] = kdf.list[1].list;
  const common = {
    kdf: oid(kdf.list[0]),
    salt: salt.contents,
    keyLength: oid(cipher.list[0]),
    iv: cipher.list[1].contents,
    ciphertext: body.contents,
  };
  if (common.kdf === 'scrypt') {
    const [N, r, p] = cost.map(number);
    return { ...common, cost: { N, r, p } };
  }
  const prf = cost.find(({ tag }) => tag === 0x30);
  return { ...common, iterations: number(cost[0]), hash: prf ? oid(prf.list[0]) : 'SHA-1' };
}
