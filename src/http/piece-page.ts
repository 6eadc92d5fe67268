import { findFile, listFilePages } from '../content/files.ts'
import type { House } from '../house.ts'
import type { Article } from '../tracking/article.ts'
import type { Piece } from '../tracking/pieces.ts'
import { type Around, articleMarkup, askMarkup } from './article-page.ts'
import { html } from './page.ts'

/** A piece as its page shows it: what was uploaded where something was; else what was written; else the way to where it is. */
export async function pieceMarkup(
  house: Pick<House, 'db'>,
  piece: Pick<Piece, 'title' | 'body' | 'url' | 'file' | 'cover'>,
  article: Article,
  around: Around,
): Promise<string> {
  const file = piece.file ? await findFile(house.db, piece.file) : null
  if (file) {
    const shown = file.type.startsWith('video/')
      ? videoMarkup(file.id, piece.cover)
      : file.type.startsWith('image/')
        ? html`<p class="sheet"><img src="/c/f/${file.id}" alt="${piece.title}"${sizeOf(file)}></p>`
        : pagesMarkup(file.id, piece.title, await listFilePages(house.db, file.id))
    const words = piece.body ? html`<div class="intro">${[article.html]}</div>` : ''
    return html`${[noteOf(around)]}<article><h1>${piece.title}</h1>${[words, shown]}</article>${[askMarkup(around)]}`
  }
  if (piece.body === '' && piece.url) return linkMarkup(piece.title, piece.url, around)
  return articleMarkup(piece.title, piece.url, article, around)
}

const noteOf = ({ note }: Around): string => (note ? html`<p class="note">${note}</p>` : '')

const sizeOf = ({ width, height }: { width: number | null; height: number | null }): readonly string[] =>
  width && height ? [html` width="${width}" height="${height}"`] : []

/** Every page in its place before it is there, so that nothing jumps; what is far is fetched when it comes near. */
function pagesMarkup(
  id: string,
  title: string,
  pages: readonly { page: number; width: number; height: number }[],
): string {
  const sheets = pages.map(
    ({ page, width, height }, index) =>
      html`<img src="/c/f/${id}/${page}" alt="${title}，第 ${page} 页" width="${width}" height="${height}" data-part="${page}"${index > 1 ? [' loading="lazy"'] : []} decoding="async">`,
  )
  return html`<div class="text sheets" data-parts="${pages.length}">${sheets}</div><p class="at" aria-hidden="true">第 <b>1</b> 页 / 共 ${pages.length} 页</p>`
}

const videoMarkup = (id: string, cover: string | null): string =>
  html`<video class="sheet" src="/c/f/${id}" controls preload="metadata" playsinline webkit-playsinline x5-playsinline${cover ? [html` poster="/c/f/${cover}/cover"`] : []}>这台手机放不出这段视频。</video>`

/** The page goes on by itself once it has told that it was opened; the button is for where no script runs. */
const linkMarkup = (title: string, url: string, around: Around): string =>
  html`${[noteOf(around)]}<article><h1>${title}</h1><p class="soft">正在打开……没有自动打开的话，请点下面。</p><p class="text"><a class="do" href="${url}" rel="noopener nofollow"${around.ticket ? [' data-go'] : []}>打开</a></p></article>`
