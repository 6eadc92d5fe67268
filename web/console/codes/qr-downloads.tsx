import { Button } from 'antd'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import { type Code, type Kind, pathOf } from './shapes.ts'

const sizes = [
  ['s', 300],
  ['m', 800],
  ['l', 1600],
] as const

/** The code's picture with its name under it, for screens and for print. */
export function QrDownloads({ code, kind }: { code: Code; kind: Kind }) {
  const { codes } = useWords()
  const { show } = useToasts()
  const reason = useReason()
  if (!code.qrCode || code.archivedAt) return null
  const address = (size: number) => `${pathOf[kind]}/${code.id}/qr?format=svg&size=${size}`
  const savePng = (size: number) =>
    drawPng(address(size)).then(
      (png) => save(png, `${code.name}-${size}.png`),
      (error: unknown) => show({ id: 'qr', tone: 'bad', text: reason(error) }),
    )
  return (
    <section className="card qr" aria-label={codes.qr}>
      <img src={address(300)} alt={code.name} width={180} />
      <div className="qr-buttons">
        {sizes.map(([name, size]) => (
          <Button key={name} size="small" onClick={() => void savePng(size)}>
            {codes.download(codes.qrSizes[name], 'PNG')}
          </Button>
        ))}
        <Button size="small" href={address(800)} download={`${code.name}.svg`}>
          SVG
        </Button>
        {kind === 'link' ? (
          <Button
            size="small"
            onClick={() =>
              void navigator.clipboard.writeText(code.qrCode ?? '').then(() => show({ id: 'qr', text: codes.copied }))
            }
          >
            {codes.copyLink}
          </Button>
        ) : null}
      </div>
    </section>
  )
}

/** Drawn by the browser, which has the letters for the name. */
async function drawPng(address: string): Promise<Blob> {
  const answer = await fetch(address, { credentials: 'same-origin' })
  if (!answer.ok) throw new Error(((await answer.json()) as { error?: { message?: string } }).error?.message ?? '')
  const image = new Image()
  // The page's policy allows pictures of ours and data, no blobs.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(await answer.text())}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = image.naturalWidth
  canvas.height = image.naturalHeight
  canvas.getContext('2d')?.drawImage(image, 0, 0)
  const png = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'))
  if (!png) throw new Error('PNG')
  return png
}

function save(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
