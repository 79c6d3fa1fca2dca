/** One instruction of a Dockerfile: its flags (`--from=node`), and what stands behind it. */
export type Instruction = {
  readonly name: string;
  readonly flags: Readonly<Record<string, string>>;
  /** As it stands there, on one line. */
  readonly text: string;
  /** The words of the exec form; undefined where it is not one. */
  readonly exec?: readonly string[] | undefined;
};

export type Stage = { readonly from: string; readonly name: string; readonly instructions: readonly Instruction[] };

export type Dockerfile = { readonly args: Readonly<Record<string, string>>; readonly stages: readonly Stage[] };

/** Reads as much of a Dockerfile as ours has: no heredocs, no other escape than the backslash, no quotes around names. */
export const readDockerfile = (text: string): Dockerfile => {
  const lines = text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const args: Record<string, string> = {};
  const stages: { from: string; name: string; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const one = readInstruction(line);
    const stage = stages.at(-1);
    if (one.name === 'FROM') {
      const [, image = '', , name = ''] = /^(\S+)(?: (AS) (\S+))?$/i.exec(one.text) ?? [];
      stages.push({ from: image.replace(/\$\{(\w+)\}/g, (_, arg: string) => args[arg] ?? ''), name, instructions: [] });
    } else if (stage === undefined) {
      const [, arg = '', value = ''] = /^(\w+)=(.*)$/.exec(one.text) ?? [];
      args[arg] = value;
    } else stage.instructions.push(one);
  }
  return { args, stages };
};

const readInstruction = (line: string): Instruction => {
  const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
  const flags = Object.fromEntries(
    [...rest.matchAll(/(?:^|\s)--([a-z-]+)=(\S+)/g)].map(([, flag = '', value = '']) => [flag, value]),
  );
  const isCopy = name.toUpperCase() === 'COPY';
  const text = isCopy ? rest.replaceAll(/(?:^|\s)--[a-z-]+=\S+/g, '').trim() : rest.trim();
  return { name: name.toUpperCase(), flags: isCopy ? flags : {}, text, exec: execIn(text) };
};

const execIn = (text: string): readonly string[] | undefined => {
  if (!text.startsWith('[')) return undefined;
  const words: unknown = JSON.parse(text);
  if (!Array.isArray(words) || !words.every((word) => typeof word === 'string')) throw new Error(`No words: ${text}`);
  return words;
};

/** Whether a .dockerignore leaves a path out: the last pattern that matches it, or a folder above it, decides. */
export const createIgnored = (text: string): ((path: string) => boolean) => {
  const patterns = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ isBack: line.startsWith('!'), glob: patternOf(line.replace(/^!/, '')) }));
  return (path) => patterns.findLast(({ glob }) => glob.test(path))?.isBack === false;
};

/** `*` stands for anything but `/`, `**` for any folders. */
const patternOf = (glob: string): RegExp => {
  const source = glob
    .replace(/^\/|\/$/g, '')
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('**/', '\0')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]')
    .replaceAll('\0', '(?:.*/)?');
  return new RegExp(`^${source}(?:/.*)?$`);
};
