/** A label of RFC 1123, which every namespace's name is. */
const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Whether a namespace can have this name. */
export const isNamespaceName = (text: string): boolean => label.test(text);
