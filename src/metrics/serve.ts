import { createServer } from 'node:http';
import { collectDefaultMetrics } from 'prom-client';
import { createUnderWay } from '#adapters/http/under-way.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { metricsRegistry, metricsText } from './registry.ts';

/** Answers GET /metrics on this port, to everybody who can reach it. `err` says why it cannot. */
export const serveMetrics = (port: number): Promise<Result<{ readonly stop: () => Promise<void> }, string>> => {
  const isAnswered = createUnderWay();
  const server = createServer(async (request, response) => {
    if (!isAnswered(request, response)) return;
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    const text = await metricsText();
    response.writeHead(200, { 'content-type': metricsRegistry.contentType }).end(text);
  });
  const { promise, resolve } = Promise.withResolvers<Result<{ readonly stop: () => Promise<void> }, string>>();
  server.once('error', (cause) =>
    resolve(err(`HALLPASS_METRICS_PORT is ${port}, which cannot be listened on (${cause.message}). Take another.`)),
  );
  server.listen(port, () => {
    if (metricsRegistry.getSingleMetric('process_cpu_user_seconds_total') === undefined)
      collectDefaultMetrics({ register: metricsRegistry });
    resolve(
      ok({
        stop: () =>
          new Promise<void>((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      }),
    );
  });
  return promise;
};
