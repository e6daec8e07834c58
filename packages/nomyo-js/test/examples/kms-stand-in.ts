/** As much of the HTTP API of AWS KMS (JSON 1.1) as one asymmetric key needs: GetPublicKey and Decrypt. */
import { constants, privateDecrypt } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { knownKey, type KnownKey } from './keys.js';

/** The requests to the stand-in. */
export interface KmsRequest {
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Readonly<Record<string, unknown>>;
}

/** The answer it gives instead of the true one. */
export interface KmsFault {
  readonly status: number;
  /** Name of the error, as the service gives it in `__type`. */
  readonly type: string;
}

export interface KmsStandIn {
  readonly url: string;
  readonly key: KnownKey;
  readonly keyId: string;
  readonly requests: KmsRequest[];
  /** For every request from now on. `hang`: no answer. */
  fault: KmsFault | 'hang' | undefined;
  close(): Promise<void>;
}

const ALGORITHMS = ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'];

type Body = Readonly<Record<string, unknown>>;
type Answer = readonly [status: number, body: Body];

export async function startKms(modulusLength: 2048 | 3072 | 4096 = 2048): Promise<KmsStandIn> {
  const key = knownKey(modulusLength);
  const keyId = 'arn:aws:kms:eu-central-1:000000000000:key/6b0c1e9e-6d5a-4c9f-9b9e-2d8e2f0a7c11';
  const requests: KmsRequest[] = [];
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const kms: KmsStandIn = {
    url: `http://127.0.0.1:${String(port)}`,
    key,
    keyId,
    requests,
    fault: undefined,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(Buffer.from(piece as Uint8Array));
    const target = String(request.headers['x-amz-target']);
    const body = JSON.parse(Buffer.concat(pieces).toString('utf8')) as Body;
    requests.push({ target, headers: request.headers, body });
    if (kms.fault === 'hang') return;
    const [status, answer] = kms.fault
      ? refusal(kms.fault.status, kms.fault.type)
      : answerTo(kms, target, body);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(answer));
  }
  return kms;
}

function answerTo(kms: KmsStandIn, target: string, body: Body): Answer {
  if (body['KeyId'] !== kms.keyId) return refusal(400, 'NotFoundException');
  if (target === 'TrentService.GetPublicKey') return getPublicKey(kms);
  if (target === 'TrentService.Decrypt') return decrypt(kms, body);
  return refusal(400, 'UnknownOperationException');
}

function getPublicKey({ key, keyId }: KmsStandIn): Answer {
  const bits = key.publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  const spki = key.publicKey.export({ type: 'spki', format: 'der' });
  const about = {
    KeyUsage: 'ENCRYPT_DECRYPT',
    KeySpec: `RSA_${String(bits)}`,
    EncryptionAlgorithms: ALGORITHMS,
  };
  return [200, { KeyId: keyId, PublicKey: spki.toString('base64'), ...about }];
}

function decrypt({ key, keyId }: KmsStandIn, body: Body): Answer {
  const { EncryptionAlgorithm, CiphertextBlob } = body;
  if (EncryptionAlgorithm !== 'RSAES_OAEP_SHA_256') return refusal(400, 'InvalidKeyUsageException');
  try {
    const options = { key: key.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
    const plaintext = privateDecrypt(options, Buffer.from(String(CiphertextBlob), 'base64'));
    return [200, { KeyId: keyId, Plaintext: plaintext.toString('base64'), EncryptionAlgorithm }];
  } catch {
    return refusal(400, 'InvalidCiphertextException');
  }
}

function refusal(status: number, type: string): Answer {
  return [status, { __type: type, message: 'said by the stand-in' }];
}
