// @ts-check
/** @import { ActionCall, CloseCall, ClusterPanel, CommandCall, OutcomeAnswer, PageFile, PageState, PeopleAnswer, SayCall, SubmitCall, SuggestAnswer, SuggestCall, TamperCall } from '#local/slack/page-api.ts' */

const base = '/page/api';

/** @param {string} person */
const as = (person) => `?as=${encodeURIComponent(person)}`;

/**
 * @param {string} path
 * @param {RequestInit} [init]
 */
const ask = async (path, init) => {
  const response = await fetch(base + path, init);
  if (response.ok) return response;
  const said = await response.json().catch(() => ({}));
  throw new Error(typeof said.error === 'string' ? said.error : `The workspace answered ${response.status}.`);
};

/**
 * @param {string} path
 * @param {unknown} body
 */
const post = async (path, body) => {
  const headers = { 'content-type': 'application/json' };
  return (await ask(path, { method: 'POST', headers, body: JSON.stringify(body) })).json();
};

/** @returns {Promise<PeopleAnswer>} */
export const readPeople = async () => (await ask('/people')).json();

/** @param {string} person @returns {Promise<PageState>} */
export const readState = async (person) => (await ask(`/state${as(person)}`)).json();

/** @param {string} person @param {PageFile} file */
export const fileAddress = (person, file) => `${file.url}${as(person)}`;

/** @param {string} person @param {PageFile} file */
export const readFile = async (person, file) => {
  const response = await fetch(fileAddress(person, file));
  if (!response.ok) throw new Error(`The file could not be read (${response.status}).`);
  return response.text();
};

/** @param {string} person @param {string | null} request one that is wanted in any case @returns {Promise<ClusterPanel>} */
export const readCluster = async (person, request) =>
  (await ask(`/cluster${as(person)}${request === null ? '' : `&request=${encodeURIComponent(request)}`}`)).json();

/** @param {string} person */
export const eventsUrl = (person) => `${base}/events${as(person)}`;

/**
 * An act that could not even be sent is an outcome like any other: the person reads why.
 *
 * @param {string} path
 * @param {unknown} body
 * @returns {Promise<OutcomeAnswer>}
 */
const act = async (path, body) => {
  try {
    return await post(path, body);
  } catch (error) {
    return { status: 'not-sent', message: error instanceof Error ? error.message : 'It was not sent.' };
  }
};

/** @param {string} person @param {CommandCall} call */
export const sendCommand = (person, call) => act(`/command${as(person)}`, call);
/** @param {string} person @param {SayCall} call */
export const say = (person, call) => act(`/say${as(person)}`, call);
/** @param {string} person @param {ActionCall} call */
export const sendAction = (person, call) => act(`/action${as(person)}`, call);
/** @param {string} person @param {SubmitCall} call */
export const submit = (person, call) => act(`/submit${as(person)}`, call);
/** @param {string} person @param {CloseCall} call */
export const closeView = (person, call) => act(`/close-view${as(person)}`, call);
/** @param {string} person @param {TamperCall} call */
export const tamper = (person, call) => act(`/tamper${as(person)}`, call);
/** @param {string} person */
export const openHome = (person) => act(`/open-home${as(person)}`, {});

/** @param {string} person @param {SuggestCall} call @returns {Promise<SuggestAnswer>} */
export const suggest = (person, call) => post(`/suggest${as(person)}`, call);
