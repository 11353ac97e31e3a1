/**
 * The session name under which the function works in other accounts. Fixed, so that its calls can
 * be told from others when they come back as events.
 */
export const memberSessionName = 'eventlake';
