import { sampleLeads } from './sample-leads.ts'

/** Prints the sample company's leads as JSON, for whoever fills a database with them. */
process.stdout.write(JSON.stringify(sampleLeads(new Date())))
