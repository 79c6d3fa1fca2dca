import { RE2JS } from 're2js';
import { err, ok, type Result } from '#domain/result.ts';
import type { Pattern } from './policy.ts';

/** RE2's syntax: no look-around and no back references, and so no pattern that takes for ever. `err` says what is wrong with it. */
export const compilePattern = (text: string): Result<Pattern, string> => {
  try {
    const compiled = RE2JS.compile(text);
    return ok({ text, matches: (value) => compiled.matcher(value).find() });
  } catch (cause) {
    return err(cause instanceof Error ? cause.message : String(cause));
  }
};
