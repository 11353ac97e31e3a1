interface TrustedTypes {
  createPolicy(name: string, rules: { createHTML(text: string): string }): unknown;
}

/**
 * ECharts empties its element by `innerHTML = ''`. Under `require-trusted-types-for 'script'` that
 * alone is let through: no text ever becomes markup, whoever tries.
 */
export function refuseMarkup(): void {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  trustedTypes?.createPolicy('default', {
    createHTML(text) {
      if (text === '') return text;
      throw new TypeError('A text is no markup.');
    },
  });
}
