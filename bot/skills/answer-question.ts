import { defineSkill } from '../../src/define.ts'

/**
 * Whatever nobody else hears is a question for the library: it is answered where the library is sure, asked about where several
 * are near, and else said to be beyond the machine, with a person called. Who waits for one already is not told again.
 */
export default defineSkill({
  automatic: {
    name: '回答问题',
    does: '客服里的问题，库里拿得准的直接答，拿不准的问是不是，答不上的叫人。',
    off: '客服里的问题不再自动答，也不会自动叫人，接待的同事要自己盯着。',
  },
  speaker: 'customer',
  order: 80,
  menu: 'answer',
  hears: [/\p{L}/u],
  async answer({ text, find, think, say, missed, callHuman }) {
    const { sure, near } = await find()
    if (sure) return say({ answer: sure })
    if (near.length > 0) {
      const lines = near.map(({ id, title }) => ({ id: `answer:${id}`, text: title }))
      return say({ words: 'kf-which', menu: { lines: [...lines, { id: 'human:', text: '都不是，找人聊' }] } })
    }
    const { reply, draft } = await think()
    if (reply) return say({ answer: reply })
    await missed(near)
    const promised = await callHuman(`客户问：${text.slice(0, 60)}`, { draft })
    if (!promised.again) await say({ words: 'kf-unsure', variables: { promised } })
  },
})
