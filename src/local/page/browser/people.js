// @ts-check
/** @import { PagePerson } from '#local/slack/page-api.ts' */
import { fill, h, keyed } from './dom.js';
import { avatar, badgeOf, nameOf, personOf } from './names.js';
import { become, seen } from './store.js';

/** What a person is here: title, and the groups that decide. @param {PagePerson} person */
const roleOf = (person) => {
  const groups = (seen.state?.groups ?? [])
    .filter(({ memberIds }) => memberIds.includes(person.id))
    .map(({ handle }) => `@${handle}`);
  return [person.title, ...groups].filter((word) => word !== '').join(' · ');
};

/** @param {PagePerson} person */
const label = (person) =>
  h(
    'span',
    { class: 'person-label' },
    h('span', { class: 'person-name' }, h('bdi', {}, nameOf(person)), badgeOf(person)),
    h('span', { class: 'person-role' }, roleOf(person) || `@${person.name}`),
  );

/** The switch between people, at the top left. */
export const createPeopleSwitch = () => {
  const menu = h('div', {
    id: 'people-menu',
    class: 'people-menu',
    role: 'menu',
    'aria-label': 'Become',
    popover: 'auto',
  });
  const button = h('button', {
    type: 'button',
    class: 'people-button',
    'aria-haspopup': 'menu',
    popovertarget: 'people-menu',
  });
  const items = () => /** @type {HTMLElement[]} */ ([...menu.children]);

  /** @param {PagePerson} person */
  const item = (person) =>
    h(
      'button',
      {
        type: 'button',
        class: 'people-item',
        role: 'menuitemradio',
        'data-focus': person.id,
        'aria-checked': person.id === seen.person ? 'true' : 'false',
        disabled: person.kind === 'deleted',
        onclick: () => {
          menu.hidePopover();
          button.focus();
          become(person.id);
        },
      },
      avatar(person, person.id),
      label(person),
    );

  const toMe = () =>
    items()
      .find((one) => one.getAttribute('aria-checked') === 'true')
      ?.focus();
  menu.addEventListener('toggle', () => {
    const isOpen = menu.matches(':popover-open');
    button.setAttribute('aria-expanded', String(isOpen));
    if (isOpen && !menu.contains(document.activeElement)) toMe();
  });
  menu.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const enabled = items().filter((one) => !one.hasAttribute('disabled'));
    const at = enabled.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    enabled.at((at + step) % enabled.length)?.focus();
  });

  return {
    node: h('div', { class: 'people' }, button, menu),
    // The event comes after the next keys of somebody who types fast.
    open: () => {
      menu.showPopover({ source: button });
      toMe();
    },
    show: () => {
      const me = seen.state?.me ?? personOf(seen.person);
      if (me === undefined) return;
      fill(button, avatar(me, me.id), label(me), h('span', { class: 'caret', 'aria-hidden': 'true' }, '▾'));
      button.setAttribute('aria-label', `You are ${nameOf(me)}. Switch person`);
      keyed(
        menu,
        seen.people.filter(({ kind }) => kind !== 'bot'),
        { key: ({ id }) => id, print: (person) => [person, roleOf(person), person.id === seen.person], render: item },
      );
    },
  };
};
