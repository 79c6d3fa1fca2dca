/** What a look at one thing found. `caution` and `wrong` also say what to do; only `wrong` keeps Hallpass from working. */
export type Finding = { readonly type: 'fine' | 'caution' | 'wrong'; readonly text: string };

export const fine = (text: string): Finding => ({ type: 'fine', text });
export const caution = (text: string): Finding => ({ type: 'caution', text });
export const wrong = (text: string): Finding => ({ type: 'wrong', text });
