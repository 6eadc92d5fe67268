import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import '../shared/tokens.css'
import './sidebar.css'
import { CallFailed, callFrom } from '../shared/call.ts'
import { App } from './app.tsx'
import { given } from './given.ts'
import { ToldProvider } from './pieces/told.tsx'
import { wordsQuery } from './queries.ts'
import { signInAgain } from './sign-in.ts'
import { SpeechProvider } from './words/words.tsx'

callFrom('sidebar')
const dark = window.matchMedia('(prefers-color-scheme: dark)')
const wear = () => {
  document.documentElement.dataset.theme = dark.matches ? 'dark' : 'light'
}
wear()
dark.addEventListener('change', wear)

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (count, error) => error instanceof CallFailed && (error.status === 0 || error.status >= 500) && count < 2,
    },
  },
})
client.getQueryCache().subscribe(({ query }) => {
  const { error } = query.state
  if (error instanceof CallFailed && error.status === 401) signInAgain()
})

// While WeCom is asked who is open, so that names stand where they belong as soon as he is.
if (given) void client.prefetchQuery(wordsQuery)

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <SpeechProvider>
        <ToldProvider>
          <App />
        </ToldProvider>
      </SpeechProvider>
    </QueryClientProvider>
  </StrictMode>,
)
