import { accountRoutes } from './api/accounts.ts'
import { acquisitionLinkRoutes } from './api/acquisition-links.ts'
import { answerRoutes } from './api/answers.ts'
import { auditRoutes } from './api/audit.ts'
import { broadcastRoutes } from './api/broadcasts.ts'
import { consoleRoutes } from './api/console.ts'
import { contentRoutes } from './api/content.ts'
import { contentFileRoutes } from './api/content-files.ts'
import { corpRoutes } from './api/corp.ts'
import { costRoutes } from './api/costs.ts'
import { erasureRoutes } from './api/erasures.ts'
import { eventRoutes } from './api/events.ts'
import { funnelRoutes } from './api/funnel.ts'
import { groupChatRoutes } from './api/group-chats.ts'
import { hookRoutes } from './api/hooks.ts'
import { importRoutes } from './api/imports.ts'
import { jobListRoutes } from './api/job-list.ts'
import { jobRoutes } from './api/jobs.ts'
import { journeyCountRoutes } from './api/journey-counts.ts'
import { journeyDraftRoutes } from './api/journey-drafts.ts'
import { journeyRoutes } from './api/journeys.ts'
import { leadMoveRoutes } from './api/lead-moves.ts'
import { leadProfileRoutes } from './api/lead-profile.ts'
import { leadSummaryRoutes } from './api/lead-summary.ts'
import { leadRoutes } from './api/leads.ts'
import { leaverRoutes } from './api/leavers.ts'
import { listRoutes } from './api/lists.ts'
import { liveCodeRoutes } from './api/live-codes.ts'
import { meRoutes } from './api/me.ts'
import { memberRoutes } from './api/members.ts'
import { mergeRoutes } from './api/merges.ts'
import { messageRoutes } from './api/messages.ts'
import { operationRoutes } from './api/operations.ts'
import { opportunityRoutes } from './api/opportunities.ts'
import { playbookRoutes } from './api/playbook.ts'
import { promiseRoutes } from './api/promises.ts'
import { reportRoutes } from './api/reports.ts'
import { reviewRoutes } from './api/review.ts'
import { sampleRoutes } from './api/sample.ts'
import { scriptRoutes } from './api/scripts.ts'
import { segmentRoutes } from './api/segments.ts'
import { setupRoutes } from './api/setup.ts'
import { sidebarRoutes } from './api/sidebar.ts'
import { sidebarActRoutes } from './api/sidebar-acts.ts'
import { simulationRoutes } from './api/simulations.ts'
import { staffRoutes } from './api/staff.ts'
import { switchRoutes } from './api/switches.ts'
import { systemRoutes } from './api/system.ts'
import { tagRoutes } from './api/tags.ts'
import { taskRoutes } from './api/tasks.ts'
import { teamRoutes } from './api/team.ts'
import { todoRoutes } from './api/todos.ts'
import { transferRoutes } from './api/transfers.ts'
import { visitRoutes } from './api/visits.ts'
import { webhookRoutes } from './api/webhooks.ts'
import type { Route } from './route.ts'

/** Every call of the API. What is not in here does not exist: neither for the server, nor the docs, nor the tests. */
export const routes: readonly Route[] = [
  ...meRoutes,
  ...leadRoutes,
  ...leadProfileRoutes,
  ...leadSummaryRoutes,
  ...leadMoveRoutes,
  ...mergeRoutes,
  ...accountRoutes,
  ...opportunityRoutes,
  ...taskRoutes,
  ...messageRoutes,
  ...todoRoutes,
  ...reviewRoutes,
  ...eventRoutes,
  ...staffRoutes,
  ...memberRoutes,
  ...teamRoutes,
  ...importRoutes,
  ...hookRoutes,
  // Before the pieces, whose ids would take its addresses.
  ...contentFileRoutes,
  ...contentRoutes,
  ...answerRoutes,
  ...visitRoutes,
  // Before the journeys, whose ids would take their addresses.
  ...journeyDraftRoutes,
  ...journeyRoutes,
  ...journeyCountRoutes,
  ...broadcastRoutes,
  ...webhookRoutes,
  ...segmentRoutes,
  ...listRoutes,
  ...liveCodeRoutes,
  ...acquisitionLinkRoutes,
  ...corpRoutes,
  ...tagRoutes,
  ...transferRoutes,
  ...leaverRoutes,
  ...playbookRoutes,
  ...simulationRoutes,
  ...funnelRoutes,
  ...reportRoutes,
  ...costRoutes,
  ...operationRoutes,
  ...switchRoutes,
  ...jobRoutes,
  ...jobListRoutes,
  ...systemRoutes,
  ...auditRoutes,
  ...erasureRoutes,
  ...setupRoutes,
  ...sampleRoutes,
  ...consoleRoutes,
  ...sidebarRoutes,
  ...sidebarActRoutes,
  ...promiseRoutes,
  ...scriptRoutes,
  ...groupChatRoutes,
]
