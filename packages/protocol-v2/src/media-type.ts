/** Whether a `Content-Type` is this type; parameters are ignored. */
export function isOfType(contentType: string | null | undefined, type: string): boolean {
  return contentType?.split(';')[0]?.trim().toLowerCase() === type;
}
