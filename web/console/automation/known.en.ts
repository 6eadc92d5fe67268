/** What happens by itself, in English; what a house adds stays as it is named there. */
export const knownSwitches: Record<string, { name: string; does: string; off: string }> = {
  'job:tell-morning': {
    name: 'Morning cards',
    does: 'A card with the day’s work, every working morning.',
    off: 'No card; colleagues can ask the app for “今天”.',
  },
  'job:tell-week': {
    name: 'Weekly digest',
    does: 'On Monday managers hear how the week was.',
    off: 'No digest; the dashboard still tells.',
  },
  'job:remind-tasks': {
    name: 'Task reminders',
    does: 'Whoever owns a task is reminded when it is due, once.',
    off: 'No reminders; switched on again, the missed ones are told.',
  },
  'job:remind-bookings': {
    name: 'Meeting reminders',
    does: 'Customer and colleague are reminded before a meeting.',
    off: 'Neither is reminded.',
  },
  'job:remind-verdicts': {
    name: 'Back to review',
    does: 'Leads put off to a date come back to the queue on that day.',
    off: 'They stay in the pool until this is on again.',
  },
  'job:watch-opportunities': {
    name: 'Silent deals',
    does: 'Owners hear of deals nothing happens to.',
    off: 'Nobody is reminded; the deal page still shows it.',
  },
  'job:find-leavers': {
    name: "Leavers' customers",
    does: 'WeCom is asked every hour for customers nobody has; the rules give them out.',
    off: 'Give them out in the WeCom admin console.',
  },
  'job:mark-tags': {
    name: 'Tags to WeCom',
    does: 'Stages and tags are written to the customer’s tags in WeCom.',
    off: 'Tags change only here; written when this is on again.',
  },
  'skill:answer-question': {
    name: 'Answer questions',
    does: 'Answers what the library is sure of, asks back when unsure, else calls somebody.',
    off: 'Nothing is answered, and nobody is called.',
  },
  'skill:book-time': {
    name: 'Book a time',
    does: 'Offers free times to tap on.',
    off: 'Treated as a common question.',
  },
  'skill:cancel-time': {
    name: 'Cancel a time',
    does: 'Cancels a meeting and tells the colleague.',
    off: 'Treated as a common question.',
  },
  'skill:leave-contact': {
    name: 'Take a number',
    does: 'Keeps a mobile number once its owner agreed.',
    off: 'Numbers are not kept.',
  },
  'skill:raise-hand': {
    name: 'Hear a raised hand',
    does: 'Demo and quote requests go to review at once.',
    off: 'People have to notice them.',
  },
  'skill:say-hello': { name: 'Say hello', does: 'Says what one can ask here.', off: 'Greetings stay unanswered.' },
  'skill:small-talk': {
    name: 'Small talk',
    does: '“Thanks” and “fine” are no questions.',
    off: 'Treated as questions.',
  },
  'skill:see-thing': { name: 'Pictures and files', does: 'A person is asked to look.', off: 'Nobody is called.' },
  'skill:today': { name: 'Today', does: 'Lists what waits for a colleague.', off: 'Cannot be asked in the app.' },
  'skill:find-lead': {
    name: 'Find a lead',
    does: 'Says who somebody is and who has them.',
    off: 'Cannot be asked in the app.',
  },
  'skill:record-follow-up': {
    name: 'Record a follow-up',
    does: 'Keeps a note said to the app.',
    off: 'Use the sidebar or the console.',
  },
  'skill:suggest-piece': { name: 'Suggest content', does: 'Says what to send now.', off: 'Look in the sidebar.' },
  'skill:waiting-review': {
    name: 'Waiting for review',
    does: 'Says how long the queue is.',
    off: 'Look in the console.',
  },
  'skill:go-away': {
    name: 'Go on leave',
    does: 'No new leads until the day named.',
    off: 'Record leave under Transfers.',
  },
  'skill:come-back': { name: 'Come back', does: 'Leads are offered again.', off: 'Record it under Transfers.' },
  'skill:help': { name: 'Help', does: 'Lists what one can say.', off: 'Nobody is told.' },
}
