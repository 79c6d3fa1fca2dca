// GitHub takes `::name::` for one where a line begins, and `##[name]` anywhere in it (actions/runner, ActionCommand.cs); Azure takes
// `##vso[name]`, TeamCity `##teamcity[name]`. They look through both streams of a job.
const commands = /(?<=^[^\S\n]*)::|(?<!#)#{2,}(?=[\w.-]*\[)/gm;

/**
 * Makes a text safe to print where jobs run: what would be a command to the runner is shown, as `[U+003A]:error::`. So a manifest, the
 * name of a file or a reason that somebody else wrote sets nothing in a job, and hides nothing of it.
 */
export const harmless = (text: string): string =>
  text.replace(commands, (found) => (found.startsWith(':') ? '[U+003A]:' : `${'[U+0023]'.repeat(found.length - 1)}#`));
