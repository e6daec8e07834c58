/**
 * Asks one question with a key pair whose private half stays in AWS KMS:
 *
 *     node examples/dist/aws-kms/main.js KEY_ID "What is an envelope?"
 *
 * Region, credentials and endpoint come from where the AWS SDK looks for them (AWS_REGION, AWS_PROFILE,
 * AWS_ENDPOINT_URL_KMS, …), the router from NOMYO_BASE_URL and the API key from NOMYO_API_KEY.
 */
import { KMSClient } from '@aws-sdk/client-kms';
import { SecureChatCompletion } from 'nomyo-js';
import { KmsKeySource } from './kms-key-source.js';

const [keyId, question] = process.argv.slice(2);
if (keyId === undefined || question === undefined) {
  console.error('usage: main.js KEY_ID QUESTION');
  process.exit(2);
}

const kms = new KMSClient();
const keys = await KmsKeySource.open(kms, keyId);
const baseUrl = process.env['NOMYO_BASE_URL'] ?? 'https://api.nomyo.ai';
const client = new SecureChatCompletion({ baseUrl, keys });
try {
  const answer = await client.create({
    model: 'Qwen/Qwen3-0.6B',
    messages: [{ role: 'user', content: question }],
  });
  console.log(answer.choices[0]?.message.content);
} finally {
  client.dispose();
  kms.destroy();
}
