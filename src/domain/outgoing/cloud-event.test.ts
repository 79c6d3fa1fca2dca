import { describe, expect, test } from 'vitest';
import { lineOf, settingAfter, unreadableLine } from '#domain/audit/line.ts';
import { chainOf } from '#test/build/chains.ts';
import { bob } from '#test/build/people.ts';
import { noon, submitted } from '#test/build/requests.ts';
import { cloudEventOf, readAuditLine, testEventOf } from './cloud-event.ts';

/** The lines of a request as the audit writes them. */
const lines = (): readonly string[] => {
  const { request, entries } = chainOf(submitted(), { type: 'voted', by: bob, revision: 1 });
  const setting = settingAfter(undefined, submitted());
  return entries.map((entry) => JSON.stringify(lineOf(request.asked.id, entry, setting)));
};

describe('an event as it goes out', () => {
  test('has the attributes of CloudEvents, and the audit line as its data', () => {
    const [, text = ''] = lines();
    const line = JSON.parse(text);
    const event = cloudEventOf(text, 'https://hallpass.example.com');
    expect(event).toMatchObject({ id: line.hash, type: 'dev.hallpass.request.voted.v1' });
    expect(JSON.parse(event.body)).toEqual({
      specversion: '1.0',
      id: line.hash,
      source: 'https://hallpass.example.com',
      type: 'dev.hallpass.request.voted.v1',
      subject: line.request,
      time: line.time,
      datacontenttype: 'application/json',
      data: line,
    });
    expect(Temporal.Instant.from(JSON.parse(event.body).time).epochMilliseconds).toBeGreaterThan(0);
  });

  test('is the same text each time, so that its signature may be compared', () => {
    const [text = ''] = lines();
    expect(cloudEventOf(text, '/a').body).toBe(cloudEventOf(text, '/a').body);
  });

  test('of what is of no request has no subject, for that must not be empty', () => {
    const text = JSON.stringify(unreadableLine({ request: '', version: 0, text: 'x', at: noon }, 'a1b2', 'it is none'));
    const { body } = cloudEventOf(text, '/a');
    expect(JSON.parse(body)).not.toHaveProperty('subject');
    expect(JSON.parse(body)).toMatchObject({ type: 'dev.hallpass.request.unreadable.v1', data: { verified: false } });
  });

  test('is not made of what is no audit line', () => {
    expect(() => cloudEventOf('{"type":"something else"}', '/a')).toThrow();
    expect(() => readAuditLine('{"type":"something else"}')).toThrow();
  });
});

test('a test event is of no request, and says so', () => {
  const { body, type } = testEventOf('test-1', '/a', noon);
  expect(type).toBe('dev.hallpass.test.v1');
  expect(JSON.parse(body)).toMatchObject({
    id: 'test-1',
    time: '2026-11-20T12:00:00Z',
    data: { message: expect.any(String) },
  });
  expect(JSON.parse(body)).not.toHaveProperty('subject');
});
