import { defineSkill } from '../../src/define.ts'

/** A mobile number in the words: it is kept once the customer has seen what he agrees to, and agreed. */
export default defineSkill({
  automatic: {
    name: '收下联系方式',
    does: '客户留手机号，先说明用途，他同意才收下。',
    off: '手机号不会自动记到资料里。',
  },
  speaker: 'customer',
  order: 5,
  menu: 'contact',
  hears: [
    /(?<!\d)(?:\+?86[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)/,
    /留.{0,4}(电话|手机|联系方式|号码|微信)|给[你您]们?.{0,3}(电话|手机|号码)|加我.{0,2}微信|我.{0,3}(电话|手机).{0,3}记/,
    /给我.{0,3}电话|电话.{0,2}给我|[回来]个?电话|回电|打给我|联系我|(电话|微信)联系/,
    /\bcall me\b/i,
  ],
  sounds: ['联系我', '请联系我', '回电话'],
  async answer({ pressed, contact, callHuman, note, say }) {
    if (!contact) return
    if (pressed !== null) {
      if (!(await contact.keep(pressed))) return say({ words: 'kf-contact-no' })
      const promised = await callHuman('客户留了手机号，请打给他')
      await note('human_request', { by: 'mobile' })
      return say({ words: 'kf-contact-kept', variables: { promised } })
    }
    const asked = await contact.ask('contact')
    if (!asked) return say({ words: 'kf-contact-how' })
    return say({ words: 'kf-contact-ask', variables: { hint: asked.hint, consent: asked.consent }, menu: asked.menu })
  },
})
