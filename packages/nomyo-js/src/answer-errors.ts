/** The errors that answers stand for, in a part of their own: a page loads it with the first answer that is one. */
export { errorOfAnswer, errorOfResponse } from '@nomyo/transport';
