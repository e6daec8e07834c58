// ask.mjs CONFIG_JSON [accept]: one call in a process of its own, with or without acceptance of a changed router key.
// Prints `answered`, or the code of the error.
import { SecureChatCompletion } from 'nomyo-js';

const [, , config, accept] = process.argv;
const onServerKeyChange = accept === 'accept' ? { onServerKeyChange: () => true } : {};
const client = new SecureChatCompletion({ ...JSON.parse(config), ...onServerKeyChange });
try {
  await client.create({ model: 'm', messages: [{ role: 'user', content: 'Who are you?' }] });
  console.log('answered');
} catch (error) {
  console.log(error.code);
}
client.dispose();
