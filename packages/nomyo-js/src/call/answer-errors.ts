/** The errors that answers stand for. A separate part, which a page loads with the first such answer. */
export { errorOfAnswer, errorOfResponse } from '@nomyo/transport';
