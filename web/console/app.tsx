import { QueryClientProvider } from '@tanstack/react-query'
import { type ComponentType, lazy, Suspense, useState } from 'react'
import { Link, Redirect, Route, Router, Switch, useLocation } from 'wouter'
import { type Address, addresses } from './addresses.ts'
import { createQueryClient, useMe } from './api/queries.ts'
import { Empty, Skeleton } from './pieces/states.tsx'
import { ReviewRoom } from './review/review-room.tsx'
import { Guard } from './shell/guard.tsx'
import { firstRoom } from './shell/rooms.ts'
import { Shell } from './shell/shell.tsx'
import { Toasts } from './shell/toasts.tsx'
import { useWords } from './words/words.tsx'

// The queue is where people live and comes with the page; the other rooms when they are entered.
const SignIn = lazy(() => import('./sign-in/sign-in.tsx').then(({ SignIn }) => ({ default: SignIn })))
const LeadList = lazy(() => import('./leads/lead-list.tsx').then(({ LeadList }) => ({ default: LeadList })))
const LeadPage = lazy(() => import('./leads/lead-page.tsx').then(({ LeadPage }) => ({ default: LeadPage })))
const SegmentsRoom = lazy(() =>
  import('./segments/segments-room.tsx').then(({ SegmentsRoom }) => ({ default: SegmentsRoom })),
)
const SegmentPage = lazy(() =>
  import('./segments/segment-page.tsx').then(({ SegmentPage }) => ({ default: SegmentPage })),
)
const JourneysRoom = lazy(() =>
  import('./journeys/journeys-room.tsx').then(({ JourneysRoom }) => ({ default: JourneysRoom })),
)
const NewJourney = lazy(() => import('./journeys/new-journey.tsx').then(({ NewJourney }) => ({ default: NewJourney })))
const JourneyPage = lazy(() =>
  import('./journeys/journey-page.tsx').then(({ JourneyPage }) => ({ default: JourneyPage })),
)
const BroadcastPage = lazy(() =>
  import('./journeys/broadcast-page.tsx').then(({ BroadcastPage }) => ({ default: BroadcastPage })),
)
const CodesRoom = lazy(() => import('./codes/codes-room.tsx').then(({ CodesRoom }) => ({ default: CodesRoom })))
const CodePage = lazy(() => import('./codes/code-page.tsx').then(({ CodePage }) => ({ default: CodePage })))
const ImportRoom = lazy(() => import('./imports/import-room.tsx').then(({ ImportRoom }) => ({ default: ImportRoom })))
const Dashboard = lazy(() => import('./dashboard/dashboard.tsx').then(({ Dashboard }) => ({ default: Dashboard })))
const Behind = lazy(() => import('./dashboard/behind.tsx').then(({ Behind }) => ({ default: Behind })))
const AccountList = lazy(() =>
  import('./accounts/account-list.tsx').then(({ AccountList }) => ({ default: AccountList })),
)
const AccountPage = lazy(() =>
  import('./accounts/account-page.tsx').then(({ AccountPage }) => ({ default: AccountPage })),
)
const InboxRoom = lazy(() => import('./operations/inbox-room.tsx').then(({ InboxRoom }) => ({ default: InboxRoom })))
const MessagesRoom = lazy(() =>
  import('./operations/messages-room.tsx').then(({ MessagesRoom }) => ({ default: MessagesRoom })),
)
const MembersRoom = lazy(() =>
  import('./members/members-room.tsx').then(({ MembersRoom }) => ({ default: MembersRoom })),
)
const SystemRoom = lazy(() => import('./system/system-room.tsx').then(({ SystemRoom }) => ({ default: SystemRoom })))
const TeamRoom = lazy(() => import('./team/team-room.tsx').then(({ TeamRoom }) => ({ default: TeamRoom })))
const TransfersRoom = lazy(() =>
  import('./transfers/transfers-room.tsx').then(({ TransfersRoom }) => ({ default: TransfersRoom })),
)
const AnswersRoom = lazy(() =>
  import('./answers/answers-room.tsx').then(({ AnswersRoom }) => ({ default: AnswersRoom })),
)
const AnswerPage = lazy(() => import('./answers/answer-page.tsx').then(({ AnswerPage }) => ({ default: AnswerPage })))
const AutomationRoom = lazy(() =>
  import('./automation/automation-room.tsx').then(({ AutomationRoom }) => ({ default: AutomationRoom })),
)
const ContentRoom = lazy(() =>
  import('./content/content-room.tsx').then(({ ContentRoom }) => ({ default: ContentRoom })),
)
const Editor = lazy(() => import('./content/editor.tsx').then(({ Editor }) => ({ default: Editor })))
const PlaybookRoom = lazy(() =>
  import('./playbook/playbook-room.tsx').then(({ PlaybookRoom }) => ({ default: PlaybookRoom })),
)

const pages: Record<Address, ComponentType<{ id: string }>> = {
  '/review': ReviewRoom,
  '/leads': LeadList,
  '/leads/:id': LeadPage,
  '/accounts': AccountList,
  '/accounts/:id': AccountPage,
  '/segments': SegmentsRoom,
  '/segments/:id': SegmentPage,
  '/journeys': JourneysRoom,
  '/journeys/new': NewJourney,
  '/journeys/new/broadcast': BroadcastPage,
  '/journeys/:id': JourneyPage,
  '/content': ContentRoom,
  '/content/new': () => <Editor />,
  '/content/:id': Editor,
  '/answers': AnswersRoom,
  '/answers/new': () => <AnswerPage />,
  '/answers/:id': AnswerPage,
  '/automation': AutomationRoom,
  '/dashboard': Dashboard,
  '/dashboard/leads': Behind,
  '/team': TeamRoom,
  '/transfers': TransfersRoom,
  '/codes': CodesRoom,
  '/codes/:id': CodePage,
  '/imports': ImportRoom,
  '/messages': MessagesRoom,
  '/members': MembersRoom,
  '/inbox': InboxRoom,
  '/system': SystemRoom,
  '/playbook/*?': PlaybookRoom,
}

export function App() {
  return (
    <Router base="/console">
      <Rooms />
    </Router>
  )
}

function Rooms() {
  const [, go] = useLocation()
  const [client] = useState(() =>
    createQueryClient(() => {
      const from = window.location.pathname + window.location.search
      if (!from.startsWith('/console/sign-in')) go(`/sign-in?to=${encodeURIComponent(from)}`)
    }),
  )
  return (
    <QueryClientProvider client={client}>
      <Toasts>
        <Suspense fallback={<Skeleton rows={8} tall />}>
          <Switch>
            <Route path="/sign-in" component={SignIn} />
            <Route>
              <Shell>
                <Guard>
                  <Suspense fallback={<Skeleton rows={8} tall />}>
                    <Switch>
                      <Route path="/" component={Home} />
                      {addresses.map((path) => {
                        const Page = pages[path]
                        return (
                          <Route path={path} key={path}>
                            {({ id }: { id?: string }) => <Page id={id ?? ''} key={id} />}
                          </Route>
                        )
                      })}
                      <Route component={NoSuchPage} />
                    </Switch>
                  </Suspense>
                </Guard>
              </Shell>
            </Route>
          </Switch>
        </Suspense>
      </Toasts>
    </QueryClientProvider>
  )
}

function Home() {
  const me = useMe()
  return me ? <Redirect to={firstRoom(me.roles)} replace /> : <Skeleton rows={8} tall />
}

function NoSuchPage() {
  const { failure } = useWords()
  return (
    <Empty title={failure.notFound} hint={failure.notFoundHint} action={<Link href="/leads">{failure.toLeads}</Link>} />
  )
}
