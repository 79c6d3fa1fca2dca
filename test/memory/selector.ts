type Requirement = (labels: Readonly<Record<string, string>>) => boolean;

const requirement = (text: string): Requirement => {
  const within = /^(\S+) in \(([^)]*)\)$/.exec(text);
  if (within !== null) {
    const [, key = '', values = ''] = within;
    const wanted = values.split(',').map((value) => value.trim());
    return (labels) => wanted.some((value) => labels[key] === value);
  }
  const [key = '', value] = text.split('=');
  if (!/^[\w./-]+$/.test(key)) throw new Error(`The in-memory cluster does not know the selector "${text}"`);
  return (labels) => (value === undefined ? labels[key] !== undefined : labels[key] === value);
};

/** Reads a label selector: `key`, `key=value` and `key in (a,b)`, with commas between them. */
export const parseSelector = (text: string): Requirement => {
  const all = text.split(/,(?![^(]*\))/).map((part) => requirement(part.trim()));
  return (labels) => all.every((holds) => holds(labels));
};
