import type { Target } from '../target.js';
import { answerTarget } from './answers.js';
import { clearErrorTarget } from './clear-errors.js';
import { configurationTarget } from './configurations.js';
import { requestTarget } from './requests.js';

/** Everything of protocol 2 that takes input from outside. */
export const V2_TARGETS: readonly Target[] = [
  configurationTarget,
  requestTarget,
  answerTarget,
  clearErrorTarget,
];
