/**
 * What Wechaty knows and this puppet refuses: WeCom lets an app add nobody, make or change no group and take nothing back; a
 * corp's tags and groups are ended by people; pictures and files are left to people too, so nothing is fetched or sent.
 */
export const unsupported = [
  ...['contactAvatar', 'contactSelfName', 'contactSelfQRCode', 'contactSelfSignature'],
  ...['tagContactDelete', 'conversationReadMark', 'tap', 'tapSearch'],
  ...['messageSendFile', 'messageSendContact', 'messageSendLocation', 'messageSendMiniProgram', 'messageSendPost'],
  ...['messageForward', 'messageRecall', 'messageFile', 'messageImage'],
  ...['friendshipAccept', 'friendshipAdd', 'friendshipSearchPhone', 'friendshipSearchHandle'],
  ...['roomAdd', 'roomDel', 'roomAvatar', 'roomTopic', 'roomCreate', 'roomQuit', 'roomQRCode', 'roomAnnounce'],
  ...['roomInvitationAccept', 'roomInvitationRawPayload', 'roomInvitationRawPayloadParser'],
  ...['postRawPayload', 'postRawPayloadParser', 'postPublish', 'postSearch'],
] as const
