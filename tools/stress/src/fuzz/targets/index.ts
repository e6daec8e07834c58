import type { Target } from '../target.js';
import { casesTarget } from './cases.js';
import { envelopeTarget } from './envelope.js';
import { errorAnswerTarget } from './error-answer.js';
import { httpAnswerTarget } from './http-answer.js';
import { jsonSelectTarget } from './json-select.js';
import { jsonWriteTarget } from './json-write.js';
import { keyFileTarget } from './key-file.js';
import { optionsTarget } from './options.js';
import { privateKeyTarget } from './private-key.js';
import { publicKeyTarget } from './public-key.js';
import { routerAnswerTarget } from './router-answer.js';
import { headersTarget, urlTarget } from './request-parts.js';

/** Everything of the SDK that takes input from outside. */
export const TARGETS: readonly Target[] = [
  envelopeTarget,
  casesTarget,
  publicKeyTarget,
  privateKeyTarget,
  keyFileTarget,
  errorAnswerTarget,
  httpAnswerTarget,
  routerAnswerTarget,
  jsonSelectTarget,
  jsonWriteTarget,
  urlTarget,
  headersTarget,
  optionsTarget,
];
