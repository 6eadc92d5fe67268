/**
 * Every page of the console by its address, the more particular before the general; `app.tsx` says what stands there. Whatever
 * has to hold for each page is tried on each of these.
 */
export const addresses = [
  '/review',
  '/leads',
  '/leads/:id',
  '/accounts',
  '/accounts/:id',
  '/segments',
  '/segments/:id',
  '/journeys',
  '/journeys/new',
  '/journeys/new/broadcast',
  '/journeys/:id',
  '/content',
  '/content/new',
  '/content/:id',
  '/answers',
  '/answers/new',
  '/answers/:id',
  '/automation',
  '/dashboard',
  '/dashboard/leads',
  '/team',
  '/transfers',
  '/codes',
  '/codes/:id',
  '/imports',
  '/messages',
  '/members',
  '/inbox',
  '/system',
  '/playbook/*?',
] as const

export type Address = (typeof addresses)[number]
