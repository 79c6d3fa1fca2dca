/** What an audit found to be otherwise than it was written. `entry`: of a request's log; `message`: in Slack. */
export type AuditFinding = {
  readonly about: 'entry' | 'request' | 'checkpoint' | 'message' | 'export';
  readonly what: 'altered' | 'missing' | 'added' | 'reordered' | 'edited' | 'deleted' | 'forged';
  readonly request?: string | undefined;
  readonly version?: number | undefined;
  readonly checkpoint?: number | undefined;
  /** A message's channel and timestamp, as Slack gives them. */
  readonly message?: { readonly channel: string; readonly ts: string } | undefined;
  readonly why: string;
};

/** One line for a person: which one, what was done to it, and by what that is known. */
export const sayFinding = ({ about, what, request, version, checkpoint, message, why }: AuditFinding): string => {
  const names = [
    ...(request === undefined ? [] : [`request ${request}`]),
    ...(version === undefined ? [] : [`entry ${version}`]),
    ...(checkpoint === undefined ? [] : [`checkpoint ${checkpoint}`]),
    ...(message === undefined ? [] : [`message ${message.ts} in ${message.channel}`]),
  ];
  const subject = about === 'message' ? `${what} message` : what;
  return `${names.join(', ') || about}: ${subject}: ${why}.`;
};
