/**
 * What may hang on a welcome or a group send, as WeCom spells it. `media_id` of images, videos and files comes from
 * media/upload and lives three days. https://developer.work.weixin.qq.com/document/path/92137
 */
export type Attachment =
  | { msgtype: 'image'; image: { media_id: string } | { pic_url: string } }
  /** title ≤ 128 bytes, desc ≤ 512 bytes, picurl and url ≤ 2048 bytes. */
  | { msgtype: 'link'; link: { title: string; url: string; picurl?: string; desc?: string } }
  /** title ≤ 64 bytes; the mini program must be linked to the corp. */
  | { msgtype: 'miniprogram'; miniprogram: { title: string; pic_media_id: string; appid: string; page: string } }
  | { msgtype: 'video'; video: { media_id: string } }
  | { msgtype: 'file'; file: { media_id: string } }
