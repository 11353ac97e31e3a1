type Child = Node | string | undefined;
type Listener = (event: Event) => void;

/**
 * An element. Texts become text nodes and attributes are set by name: there is no way from a text to
 * markup, a listener or a style here.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number | boolean | Listener | undefined>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** A text of an event: its direction stays its own. */
export const bdi = (text: string) => h('bdi', {}, text);

/** Buttons of which one is pressed. */
export function choice<T extends string>(
  label: string,
  options: readonly { readonly value: T; readonly text: string }[],
  chosen: T,
  onChoose: (value: T) => void,
): HTMLElement {
  const buttons = options.map(({ value, text }) =>
    h(
      'button',
      {
        type: 'button',
        'aria-pressed': String(value === chosen),
        click: () => {
          for (const button of buttons) button.setAttribute('aria-pressed', 'false');
          buttons[options.findIndex((option) => option.value === value)]?.setAttribute(
            'aria-pressed',
            'true',
          );
          onChoose(value);
        },
      },
      bdi(text),
    ),
  );
  return h('div', { class: 'choice', role: 'group', 'aria-label': label }, ...buttons);
}

/** A list to choose from. */
export function select(
  label: string,
  options: readonly { readonly value: string; readonly text: string }[],
  chosen: string,
  onChoose: (value: string) => void,
): HTMLElement {
  const list = h(
    'select',
    { change: () => onChoose(list.value) },
    ...options.map(({ value, text }) => h('option', { value, selected: value === chosen }, text)),
  );
  return h('label', {}, `${label} `, list);
}
