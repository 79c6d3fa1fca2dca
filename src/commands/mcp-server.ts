import { randomUUID } from 'node:crypto';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { Asking } from '#adapters/http/api-client.ts';
import type { AskBody } from '#adapters/http/api-schemas.ts';
import { manifestForm } from '#kinds/change/manifest-ask.ts';
import { answer, answerRequest, refuse, waitFor, wrong } from './mcp-answers.ts';
import { type AskedByTool, inputs, outputs, waits } from './mcp-shapes.ts';

const instructions = `Hallpass gives access to Kubernetes, and makes changes in it, once people have agreed in Slack.
Look with who_am_i at what may be asked for, try it with preview, then ask, and wait until it is settled. Ask for as little and for as short
as the task needs; give it back with done. A person answers for what you ask, and reads it. Nothing here decides on requests: that is for people.`;

const reads = { readOnlyHint: true, openWorldHint: false } as const;
const files = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false } as const;
const ends = { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false } as const;

/** The tools of an agent: it asks, waits and gives back. Of what the API can do it holds no more than that. */
export const createMcpServer = (api: Asking): McpServer => {
  const server = new McpServer({ name: 'hallpass', version: '1' }, { instructions });
  addLooks(server, api);
  addAsks(server, api);
  return server;
};

/** What changes nothing. */
const addLooks = (server: McpServer, api: Asking): void => {
  server.registerTool(
    'who_am_i',
    {
      title: 'Who I am, and what I may ask for',
      description:
        'Says as whom Hallpass knows you, who answers for you, and which kinds of requests there are, with their usage.',
      inputSchema: inputs.nothing,
      outputSchema: outputs.who,
      annotations: reads,
    },
    async (_, { signal }) => answer(await api.who(signal)),
  );
  server.registerTool(
    'preview',
    {
      title: 'Look at what would be asked',
      description:
        'Says what would be changed or given, who would have to agree, and what is dangerous about it. Nothing is filed, and nobody is told.',
      inputSchema: inputs.preview,
      outputSchema: outputs.preview,
      annotations: reads,
    },
    async (asked, { signal }) => {
      const ask = askOf(asked);
      return typeof ask === 'string' ? wrong(ask) : answer(await api.preview(ask, signal));
    },
  );
  server.registerTool(
    'status',
    {
      title: 'How a request stands',
      description: 'Says how a request stands that you have asked for.',
      inputSchema: inputs.one,
      outputSchema: outputs.request,
      annotations: reads,
    },
    async ({ id }, { signal }) => answerRequest(await api.look(id, signal)),
  );
  server.registerTool(
    'wait',
    {
      title: 'Wait for a decision',
      description: `Waits until people have decided and it is applied, for at most so many seconds (${waits.usual} when left out). Call it again when it is not settled.`,
      inputSchema: inputs.wait,
      outputSchema: outputs.request,
      annotations: reads,
    },
    ({ id, seconds = waits.usual }, extra) => waitFor(api, id, seconds, extra),
  );
  server.registerTool(
    'list',
    {
      title: 'What I have asked for',
      description: 'Lists what you have asked for, the latest first, at most a hundred.',
      inputSchema: inputs.list,
      outputSchema: outputs.list,
      annotations: reads,
    },
    async ({ open = false }, { signal }) => {
      const got = await api.list(open, signal);
      return got.ok ? answer({ ok: true, value: { requests: [...got.value] } }) : refuse(got.error);
    },
  );
};

/** What asks for something, and what gives it back. */
const addAsks = (server: McpServer, api: Asking): void => {
  server.registerTool(
    'ask',
    {
      title: 'Ask for something',
      description:
        'Files a request on which people decide in Slack, unless a rule approves it by itself. Then call wait.',
      inputSchema: inputs.ask,
      outputSchema: outputs.request,
      annotations: files,
    },
    async ({ key = randomUUID(), ...asked }, { signal }) => {
      const ask = askOf(asked);
      return typeof ask === 'string' ? wrong(ask) : answerRequest(await api.ask(ask, key, signal), key);
    },
  );
  server.registerTool(
    'withdraw',
    {
      title: 'Take a request back',
      description: 'Takes back a request of yours that still waits for a decision.',
      inputSchema: inputs.one,
      outputSchema: outputs.request,
      annotations: ends,
    },
    async ({ id }, { signal }) => answerRequest(await api.withdraw(id, signal)),
  );
  server.registerTool(
    'done',
    {
      title: 'Give back what is not needed any more',
      description: 'Ends what was given to you, or changed for you, before its time.',
      inputSchema: inputs.one,
      outputSchema: outputs.request,
      annotations: ends,
    },
    async ({ id }, { signal }) => answerRequest(await api.finish(id, signal)),
  );
};

/** A text says what is wrong. */
const askOf = ({ manifest, ...asked }: AskedByTool): AskBody | string => {
  if (manifest === undefined) return asked;
  if (asked.words !== undefined || asked.objects !== undefined || asked.form !== undefined)
    return 'Send "manifest" without "words", "objects" and "form": it says itself what it is of.';
  return { ...asked, form: manifestForm(manifest) };
};
