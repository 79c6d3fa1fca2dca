import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { connectTo } from '#adapters/http/api-call.ts';
import { createAsking } from '#adapters/http/api-client.ts';
import { type Answer, done, misspelt } from './answer.ts';
import { readApiSettings } from './api-settings.ts';
import { createMcpServer } from './mcp-server.ts';

/** `mcp`: speaks MCP until whoever started it has no more to say. Standard output is the protocol's alone. */
export const mcpCommand = async (environment: Readonly<Record<string, string | undefined>>): Promise<Answer> => {
  const settings = readApiSettings(environment, { agent: true });
  if (!settings.ok) return misspelt(settings.error);
  const { call, close } = connectTo(settings.value);
  const server = createMcpServer(createAsking(call));
  const { promise: over, resolve } = Promise.withResolvers<void>();
  server.server.onclose = resolve;
  process.stdin.once('end', () => void server.close());
  await server.connect(new StdioServerTransport());
  await over;
  await close();
  return done([]);
};
