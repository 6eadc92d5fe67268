import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** What this process counts. One registry per process, made by whoever builds the house; labels never hold an id. */
export interface Metrics {
  registry: Registry
  /** Requests by route pattern, in seconds. */
  http: Histogram<'method' | 'route' | 'status'>
  /** What became of each POST at the callback door: stored, forged, refused, too_large, unavailable. */
  callbacks: Counter<'outcome'>
  /** Inbox rows that left the dispatcher: done, ignored, failed. */
  inbox: Counter<'state' | 'lane'>
  /** Messages that left a channel: sent, waiting, failed, expired, unknown. */
  messages: Counter<'channel' | 'state'>
  /** Calls to WeCom by API path and errcode (`transport` when there was no answer). */
  wecomCalls: Counter<'api' | 'errcode'>
  wecomSeconds: Histogram<'api'>
  /** Runs of recurring jobs: ok, failed. */
  jobs: Counter<'job' | 'outcome'>
  /** Open rows by place, set when scraped: inbox, review, planned. */
  waiting: Gauge<'place'>
}

/** Makes the counters of one process. `process` adds Node's own (memory, event loop, handles). */
export function createMetrics({ process = false } = {}): Metrics {
  const registry = new Registry()
  const registers = [registry]
  if (process) collectDefaultMetrics({ register: registry })
  return {
    registry,
    http: new Histogram({
      name: 'bowtie_http_seconds',
      help: 'HTTP requests by route',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.003, 0.01, 0.025, 0.1, 0.5, 1, 5],
      registers,
    }),
    callbacks: new Counter({
      name: 'bowtie_callbacks_total',
      help: 'WeCom callbacks',
      labelNames: ['outcome'],
      registers,
    }),
    inbox: new Counter({
      name: 'bowtie_inbox_total',
      help: 'Events that left the dispatcher',
      labelNames: ['state', 'lane'],
      registers,
    }),
    messages: new Counter({
      name: 'bowtie_messages_total',
      help: 'Messages that left a channel',
      labelNames: ['channel', 'state'],
      registers,
    }),
    wecomCalls: new Counter({
      name: 'bowtie_wecom_calls_total',
      help: 'Calls to WeCom',
      labelNames: ['api', 'errcode'],
      registers,
    }),
    wecomSeconds: new Histogram({
      name: 'bowtie_wecom_seconds',
      help: 'Duration of calls to WeCom',
      labelNames: ['api'],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 3, 5],
      registers,
    }),
    jobs: new Counter({
      name: 'bowtie_jobs_total',
      help: 'Runs of recurring jobs',
      labelNames: ['job', 'outcome'],
      registers,
    }),
    waiting: new Gauge({ name: 'bowtie_waiting', help: 'Open rows by place', labelNames: ['place'], registers }),
  }
}
