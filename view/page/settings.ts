import type { Zone } from './zone.ts';

export type Theme = 'auto' | 'light' | 'dark';

/** What whoever looks has chosen for the whole page. */
export interface Settings {
  zone: Zone;
  theme: Theme;
  /** Whether pictures have patterns beside colours. */
  patterns: boolean;
}

export interface Page {
  readonly settings: Settings;
  /** Changes a setting, and has everything drawn anew that depends on one. */
  set(change: Partial<Settings>): void;
  /** Called at every change. */
  onChange(redraw: () => void): void;
}

export function createPage(): Page {
  const settings: Settings = { zone: 'utc', theme: 'auto', patterns: false };
  const redraws: (() => void)[] = [];
  return {
    settings,
    set(change) {
      Object.assign(settings, change);
      if (settings.theme === 'auto') delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = settings.theme;
      for (const redraw of redraws) redraw();
    },
    onChange: (redraw) => void redraws.push(redraw),
  };
}
