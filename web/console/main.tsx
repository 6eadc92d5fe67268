import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import '../shared/tokens.css'
import './look/base.css'
import { App } from './app.tsx'
import { ThemeProvider } from './look/theme.tsx'
import { learn, SpeechProvider, storedLanguage } from './words/words.tsx'

// A newer console was put in place of the one this page came from: its parts have other names now.
window.addEventListener('vite:preloadError', (event) => {
  if (Date.now() - Number(sessionStorage.getItem('bowtie.reloaded')) < 10_000) return
  sessionStorage.setItem('bowtie.reloaded', String(Date.now()))
  event.preventDefault()
  window.location.reload()
})

const begin = await learn(storedLanguage())
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <SpeechProvider begin={begin}>
      <ThemeProvider>
        <App />
      </ThemeProvider>
    </SpeechProvider>
  </StrictMode>,
)
