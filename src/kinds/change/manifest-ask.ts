/** What a client sends over the API to have manifests applied: the fields of this kind's form. */
export const manifestKind = 'change';
export const manifestForm = (manifest: string) => ({ edit: 'manifest', manifest });
