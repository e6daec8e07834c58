// ask.mjs [accept] < CONFIG_JSON: one call in a process of its own, with or without acceptance of a changed router key.
// Prints `answered`, or the code of the error. The configuration has an API key, which is no argument for all to see.
import { text } from 'node:stream/consumers';
import { SecureChatCompletion } from 'nomyo-js';

const [, , accept] = process.argv;
const config = await text(process.stdin);
const onServerKeyChange = accept === 'accept' ? { onServerKeyChange: () => true } : {};
const client = new SecureChatCompletion({ ...JSON.parse(config), ...onServerKeyChange });
try {
  await client.create({ model: 'm', messages: [{ role: 'user', content: 'Who are you?' }] });
  console.log('answered');
} catch (error) {
  console.log(error.code);
}
client.dispose();
