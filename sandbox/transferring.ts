import { connect } from './connect.ts'
import { relationOf } from './people.ts'
import type { Wecom } from './wecom.ts'
import type { Transfer } from './world.ts'

const day = 86_400_000

/** Completes what 24 h have gone by for. Called whenever the sandbox is looked at, and every second. */
export function settleTransfers(wecom: Wecom) {
  for (const transfer of wecom.world.transfers)
    if (transfer.status === 2 && transfer.startedAt + day <= wecom.now()) completeTransfer(wecom, transfer)
}

/** The old member loses the customer, the new one gets him (no add event when they already were friends). */
export function completeTransfer(wecom: Wecom, transfer: Transfer) {
  const { handover, takeover, external_userid } = transfer
  transfer.status = 1
  transfer.endedAt = wecom.now()
  const old = relationOf(wecom, handover, external_userid)
  const held = relationOf(wecom, takeover, external_userid)
  const already = held && !held.deletedByStaff && !held.half
  if (old) old.deletedByStaff = wecom.now()
  wecom.emit({
    Event: 'change_external_contact',
    ChangeType: 'del_external_contact',
    UserID: handover,
    ExternalUserID: external_userid,
    Source: 'DELETE_BY_TRANSFER',
  })
  if (!already) {
    connect(wecom, takeover, external_userid, {
      addWay: 202,
      operUserid: takeover,
      remark: old?.remark,
      remarkCompany: old?.remarkCompany,
    })
    wecom.emit({
      Event: 'change_external_contact',
      ChangeType: 'add_external_contact',
      UserID: takeover,
      ExternalUserID: external_userid,
    })
  }
  if (transfer.successMsg)
    wecom.say({ peer: takeover, external_userid, from: 'staff', via: 'transfer', text: transfer.successMsg })
  wecom.changed()
}
